# Finds the libraries pawl stands on. tools/setup builds librdkafka and RocksDB once into a cache outside the tree; the
# cache is looked at first, so that a plain `cmake --preset dev` works after tools/setup.

if(DEFINED ENV{PAWL_CACHE_DIR})
  set(pawl_cache $ENV{PAWL_CACHE_DIR})
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(pawl_cache $ENV{XDG_CACHE_HOME}/pawl)
else()
  set(pawl_cache $ENV{HOME}/.cache/pawl)
endif()

set(pawl_flavour "")
if("${PAWL_SANITIZER}" STREQUAL "address")
  set(pawl_flavour "-asan")
elseif("${PAWL_SANITIZER}" STREQUAL "thread")
  set(pawl_flavour "-tsan")
endif()

foreach(library IN ITEMS rocksdb librdkafka)
  if(library STREQUAL "rocksdb" AND PAWL_SYSTEM_ROCKSDB)
    continue()
  endif()
  foreach(prefix IN ITEMS ${pawl_cache}/deps/${library} ${pawl_cache}/deps/${library}${pawl_flavour})
    if(IS_DIRECTORY ${prefix})
      # The flavour that matches the sanitizer comes last in this loop and so first in the search.
      list(PREPEND CMAKE_PREFIX_PATH ${prefix})
    endif()
  endforeach()
endforeach()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json 3.10 REQUIRED)
find_package(Protobuf REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(RocksDB REQUIRED)
find_package(RdKafka REQUIRED)
find_path(PAWL_XXHASH_INCLUDE_DIR xxhash.h REQUIRED)

# The version of the header that will be compiled against, which is what counts.
get_target_property(pawl_rdkafka_include RdKafka::rdkafka INTERFACE_INCLUDE_DIRECTORIES)
find_file(pawl_rdkafka_header librdkafka/rdkafka.h HINTS ${pawl_rdkafka_include} REQUIRED NO_CACHE)
file(STRINGS ${pawl_rdkafka_header} pawl_rdkafka_version REGEX "#define RD_KAFKA_VERSION 0x")
string(REGEX REPLACE ".*(0x[0-9a-f]+).*" "\\1" pawl_rdkafka_version "${pawl_rdkafka_version}")
math(EXPR pawl_rdkafka_number "${pawl_rdkafka_version}")
math(EXPR pawl_rdkafka_needed "0x020a0000")
if(pawl_rdkafka_number LESS pawl_rdkafka_needed)
  message(FATAL_ERROR
    "librdkafka ${pawl_rdkafka_version} (${pawl_rdkafka_header}) is too old: pawl needs at least 2.10. Up to 2.9, an "
    "offset commit during a cooperative rebalance loses the assignment. Remedy: run tools/setup, which builds a newer "
    "one into its cache, or point CMAKE_PREFIX_PATH at one.")
endif()
