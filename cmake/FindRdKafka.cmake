# Finds librdkafka: by its own CMake config where it was built with CMake, else by pkg-config (distributions ship only
# that). Defines the target RdKafka::rdkafka, and RdKafka_VERSION: that of the header which will be compiled against,
# which is what counts. A version that is too old counts as not found; RdKafka_NOT_FOUND_MESSAGE says why and what to do.
# The version is not asked for by find_package(RdKafka VERSION): then one that is too old would look like none.
set(pawl_rdkafka_needed 2.10)
find_package(RdKafka QUIET NO_MODULE)
if(NOT TARGET RdKafka::rdkafka)
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(PAWL_RDKAFKA QUIET IMPORTED_TARGET rdkafka)
    if(PAWL_RDKAFKA_FOUND)
      add_library(RdKafka::rdkafka INTERFACE IMPORTED)
      target_link_libraries(RdKafka::rdkafka INTERFACE PkgConfig::PAWL_RDKAFKA)
      set_target_properties(RdKafka::rdkafka PROPERTIES
        INTERFACE_INCLUDE_DIRECTORIES "${PAWL_RDKAFKA_INCLUDEDIR}")
    endif()
  endif()
endif()

set(RdKafka_FOUND FALSE)
if(NOT TARGET RdKafka::rdkafka)
  set(RdKafka_NOT_FOUND_MESSAGE
    "librdkafka was not found. Remedy: run pawl's tools/setup, or install librdkafka >= ${pawl_rdkafka_needed} and "
    "name its prefix in CMAKE_PREFIX_PATH.")
else()
  get_target_property(pawl_rdkafka_include RdKafka::rdkafka INTERFACE_INCLUDE_DIRECTORIES)
  find_file(pawl_rdkafka_header librdkafka/rdkafka.h PATHS ${pawl_rdkafka_include} NO_DEFAULT_PATH NO_CACHE)
  find_file(pawl_rdkafka_header librdkafka/rdkafka.h REQUIRED NO_CACHE)
  file(STRINGS ${pawl_rdkafka_header} pawl_rdkafka_number REGEX "#define RD_KAFKA_VERSION 0x")
  # 0xMMmmrrpp: major, minor, revision, pre-release number.
  if(pawl_rdkafka_number MATCHES "0x([0-9a-f][0-9a-f])([0-9a-f][0-9a-f])([0-9a-f][0-9a-f])")
    math(EXPR pawl_rdkafka_major "0x${CMAKE_MATCH_1}")
    math(EXPR pawl_rdkafka_minor "0x${CMAKE_MATCH_2}")
    math(EXPR pawl_rdkafka_revision "0x${CMAKE_MATCH_3}")
    set(RdKafka_VERSION ${pawl_rdkafka_major}.${pawl_rdkafka_minor}.${pawl_rdkafka_revision})
  else()
    set(RdKafka_VERSION 0)
  endif()
  if(RdKafka_VERSION VERSION_LESS pawl_rdkafka_needed)
    set(RdKafka_NOT_FOUND_MESSAGE
      "librdkafka ${RdKafka_VERSION} (${pawl_rdkafka_header}) is too old: pawl needs at least "
      "${pawl_rdkafka_needed}. Up to 2.9, an offset commit during a cooperative rebalance loses the assignment. "
      "Remedy: run pawl's tools/setup, which builds a newer one into its cache, or point CMAKE_PREFIX_PATH at one.")
  else()
    set(RdKafka_FOUND TRUE)
  endif()
endif()
string(CONCAT RdKafka_NOT_FOUND_MESSAGE ${RdKafka_NOT_FOUND_MESSAGE})
if(NOT RdKafka_FOUND AND RdKafka_FIND_REQUIRED)
  message(FATAL_ERROR "${RdKafka_NOT_FOUND_MESSAGE}")
endif()
