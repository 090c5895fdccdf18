// The verbs of Stream that keep no state, in one header.
#pragma once

#include <pawl/operators/filter_verb.h>
#include <pawl/operators/flat_map_verb.h>
#include <pawl/operators/map_values_verb.h>
#include <pawl/operators/map_verb.h>
#include <pawl/operators/merge_verb.h>
#include <pawl/operators/peek_verb.h>
#include <pawl/operators/process_verb.h>
#include <pawl/operators/repartition_verb.h>
#include <pawl/operators/select_key_verb.h>
#include <pawl/operators/to_verb.h>
