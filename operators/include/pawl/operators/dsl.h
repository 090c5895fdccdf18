// The DSL in one header: StreamBuilder, Stream, Table, and every verb.
#pragma once

#include <pawl/operators/branched.h>
#include <pawl/operators/cogrouped_stream.h>
#include <pawl/operators/deduplicate_verb.h>
#include <pawl/operators/dropped_to_verb.h>
#include <pawl/operators/fixed_key_verb.h>
#include <pawl/operators/foreign_key_join_verb.h>
#include <pawl/operators/global_table_join_verb.h>
#include <pawl/operators/grouped_stream.h>
#include <pawl/operators/print_verb.h>
#include <pawl/operators/session_windowed_stream.h>
#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/stream_stream_join_verb.h>
#include <pawl/operators/stream_table_join_verb.h>
#include <pawl/operators/suppress_verb.h>
#include <pawl/operators/table_filter_verb.h>
#include <pawl/operators/table_group_by_verb.h>
#include <pawl/operators/table_map_values_verb.h>
#include <pawl/operators/table_table_join_verb.h>
#include <pawl/operators/table_transform_values_verb.h>
#include <pawl/operators/to_table_verb.h>
#include <pawl/operators/windowed_stream.h>
