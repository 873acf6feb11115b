# moodlesync_module(<path> SOURCES <file>... [USES <module path>...] [LINKS <library>...])
#
# Declares the module in src/<path> as a static library moodlesync::<name>, where <name> is <path> with / as _.
# USES names the modules whose headers it may include; LINKS the third-party libraries. The same line feeds the
# linker and the layering test (tests/layering), which fails on an #include of anything that is not named here.
function(moodlesync_module path)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LINKS" ${ARGN})
  string(REPLACE "/" "_" name "${path}")
  set(target "moodlesync_${name}")
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(moodlesync::${name} ALIAS ${target})
  target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${target} PRIVATE moodlesync_options)
  foreach(used IN LISTS ARG_USES)
    string(REPLACE "/" "_" used "${used}")
    target_link_libraries(${target} PUBLIC moodlesync::${used})
  endforeach()
  foreach(library IN LISTS ARG_LINKS)
    target_link_libraries(${target} PUBLIC thirdparty::${library})
  endforeach()
  set_property(GLOBAL APPEND_STRING PROPERTY MOODLESYNC_LAYERS "${path}|${ARG_USES}|${ARG_LINKS}\n")
endfunction()

# moodlesync_test(<name> LABEL <unit|layering|contract|integration|conformance|e2e> SOURCES <file>... LINKS <target>...)
#
# A GoogleTest program; each of its tests is a ctest of its own with the label.
function(moodlesync_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;LINKS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE moodlesync_options ${ARG_LINKS} GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/src"
                                             "${PROJECT_SOURCE_DIR}/include")
  include(GoogleTest)
  gtest_discover_tests(${name} NO_PRETTY_VALUES DISCOVERY_TIMEOUT 60
                       PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT ${ARG_TIMEOUT})
endfunction()
