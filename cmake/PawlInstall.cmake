# Installs the library so that `find_package(pawl)` gives pawl::pawl (all of it), pawl::protobuf and pawl::json.
include(CMakePackageConfigHelpers)

get_property(pawl_targets GLOBAL PROPERTY PAWL_TARGETS)
install(TARGETS pawl ${pawl_targets} EXPORT pawlTargets FILE_SET HEADERS)
set(pawl_config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/pawl)
install(EXPORT pawlTargets NAMESPACE pawl:: DESTINATION ${pawl_config_folder})

# Where the config file looks first. Links are followed, because tools/setup moves them to newer releases. Empty for
# libraries that pkg-config found.
foreach(library IN ITEMS RocksDB RdKafka)
  set(pawl_${library}_dir "")
  if(${library}_DIR)
    file(REAL_PATH ${${library}_DIR} pawl_${library}_dir)
  endif()
endforeach()
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/pawlConfig.cmake.in
  ${PROJECT_BINARY_DIR}/pawlConfig.cmake INSTALL_DESTINATION ${pawl_config_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/pawlConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/pawlConfig.cmake ${PROJECT_BINARY_DIR}/pawlConfigVersion.cmake
  ${PROJECT_SOURCE_DIR}/cmake/FindRdKafka.cmake DESTINATION ${pawl_config_folder})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
