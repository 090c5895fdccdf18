# run(title command...): runs a command; fails with its output when the command fails. Its output is in `output`.
function(run title)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${title} failed (${status}):\n${text}")
  endif()
  set(output "${text}" PARENT_SCOPE)
endfunction()

# configure_consumer(folder arguments...): the command line that configures the consumer into a new folder, in `configure`.
function(configure_consumer folder)
  file(REMOVE_RECURSE ${folder})
  set(configure ${CMAKE_COMMAND} -G ${GENERATOR} -S ${CMAKE_CURRENT_LIST_DIR}/consumer -B ${folder}
    -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
    -D CMAKE_EXPORT_COMPILE_COMMANDS=ON ${ARGN} PARENT_SCOPE)
endfunction()
