# A program finds the installed package, is built with it and runs.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)
configure_consumer(${WORK}/consumer -D CMAKE_PREFIX_PATH=${WORK}/prefix -D CMAKE_BUILD_TYPE=Debug)
run("configuring the consumer" ${configure})
run("building the consumer" ${CMAKE_COMMAND} --build ${WORK}/consumer)
run("the consumer" ${WORK}/consumer/consumer)
message(STATUS "${output}")
