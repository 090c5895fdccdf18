// What a fragment in a document takes for granted: all of pawl, the test driver, and the usual
// names.
#pragma once

#include <pawl/pawl.h>
#include <pawl/testing/topology_driver.h>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace pawl;                  // NOLINT(google-build-using-namespace): as a reader sees it
using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)
