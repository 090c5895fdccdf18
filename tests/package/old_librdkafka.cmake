# The package refuses a librdkafka that is too old, with reason and remedy.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)
set(old ${WORK}/old_librdkafka)
file(WRITE ${old}/include/librdkafka/rdkafka.h "#define RD_KAFKA_VERSION 0x020902ff\n")
file(WRITE ${old}/lib/cmake/RdKafka/RdKafkaConfig.cmake "
  add_library(RdKafka::rdkafka INTERFACE IMPORTED)
  target_include_directories(RdKafka::rdkafka INTERFACE ${old}/include)")
configure_consumer(${WORK}/refused
  -D CMAKE_PREFIX_PATH=${WORK}/prefix -D RdKafka_DIR=${old}/lib/cmake/RdKafka)
execute_process(COMMAND ${configure} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
string(REGEX REPLACE "[ \n]+" " " output "${output}")
foreach(part IN ITEMS "librdkafka 2.9.2" "is too old: pawl needs at least 2.10" "loses the assignment" "Remedy: ")
  string(FIND "${output}" "${part}" at)
  if(status EQUAL 0 OR at EQUAL -1)
    message(FATAL_ERROR "expected a refusal with '${part}', got (${status}): ${output}")
  endif()
endforeach()
