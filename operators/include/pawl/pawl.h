// The whole of pawl but what is opt-in: Protobuf serdes (pawl/serde/protobuf.h), JSON serdes
// (pawl/serde/json.h) and the test driver (pawl/testing/topology_driver.h).
#pragma once

#include <pawl/engine/application.h>
#include <pawl/engine/fixed_key_processor.h>
#include <pawl/engine/processor.h>
#include <pawl/engine/settings.h>
#include <pawl/engine/topology.h>
#include <pawl/operators/dsl.h>
#include <pawl/operators/topology_builder.h>
#include <pawl/serde/list.h>
#include <pawl/serde/primitives.h>
#include <pawl/serde/uuid.h>
#include <pawl/serde/windowed.h>
#include <pawl/statestore/typed/stores.h>
