# add_tests(<name> SOURCES <file>... [LIBS <target>...] [LABEL fast|slow|gpu])
#
# One doctest program per ring or plugin family, run as one CTest test.
find_path(DOCTEST_INCLUDE_DIR doctest/doctest.h REQUIRED)

add_library(espalier_doctest_main STATIC ${PROJECT_SOURCE_DIR}/tests/support/doctest_main.cpp)
target_include_directories(espalier_doctest_main SYSTEM PUBLIC ${DOCTEST_INCLUDE_DIR})

function(add_tests name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL" "SOURCES;LIBS")
  if(NOT arg_LABEL)
    set(arg_LABEL fast)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE ESPALIER_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    ESPALIER_BINARY_DIR="${PROJECT_BINARY_DIR}")
  target_link_libraries(${name} PRIVATE espalier_settings espalier_doctest_main ${arg_LIBS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS ${arg_LABEL})
endfunction()
