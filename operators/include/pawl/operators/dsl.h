// The DSL in one header: StreamBuilder, Stream, Table, and every verb.
#pragma once

#include <pawl/operators/branched.h>
#include <pawl/operators/deduplicate_verb.h>
#include <pawl/operators/fixed_key_verb.h>
#include <pawl/operators/grouped_stream.h>
#include <pawl/operators/print_verb.h>
#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/stream_stream_join_verb.h>
#include <pawl/operators/stream_table_join_verb.h>
#include <pawl/operators/windowed_stream.h>
