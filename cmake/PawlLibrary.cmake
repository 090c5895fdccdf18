# pawl_library(name SOURCES ... PUBLIC ... PRIVATE ... [HEADERS_ONLY])
# Declares one part of the library: target pawl_<name>, alias pawl::<name>. Its public headers are all headers under
# include/, its private headers lie beside the sources and can be included by this target alone (and by tests, through
# pawl_<name>_private). Because every part has an include directory of its own, an include against the direction of the
# parts does not compile.
function(pawl_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "HEADERS_ONLY" "" "SOURCES;HEADERS;PUBLIC;PRIVATE")
  set(target pawl_${name})
  set(scope PUBLIC)
  if(arg_HEADERS_ONLY)
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  else()
    add_library(${target} STATIC ${arg_SOURCES})
    target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    pawl_compile_options(${target})
    target_link_libraries(${target} PRIVATE ${arg_PRIVATE})
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    add_library(${target}_private INTERFACE)
    target_include_directories(${target}_private INTERFACE ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(${target}_private INTERFACE ${target} ${arg_PRIVATE})
  endif()
  if(NOT arg_HEADERS)
    file(GLOB_RECURSE arg_HEADERS CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/include/*.h)
  endif()
  target_sources(${target} ${scope} FILE_SET HEADERS
    BASE_DIRS ${CMAKE_CURRENT_SOURCE_DIR}/include FILES ${arg_HEADERS})
  target_compile_features(${target} ${scope} cxx_std_20)
  target_link_libraries(${target} ${scope} ${arg_PUBLIC})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} VERIFY_INTERFACE_HEADER_SETS ON)
  add_library(pawl::${name} ALIAS ${target})
  set_property(GLOBAL APPEND PROPERTY PAWL_TARGETS ${target})
endfunction()

# The warnings of the project's own code. Errors in presets and CI, not for people who build pawl within their project.
function(pawl_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor
    -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough)
  if(PAWL_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
