# Checks NAME.toml and compares standard error with NAME.stderr, line by line. In the expectation, <source> and <build> stand
# for the project's folders and <...> for any text: lists of plugins, which grow.
if(overrides)
  execute_process(COMMAND ${program} run ${name}.toml ${overrides} --dry-run
    RESULT_VARIABLE code OUTPUT_QUIET ERROR_VARIABLE said)
else()
  execute_process(COMMAND ${program} check ${name}.toml RESULT_VARIABLE code OUTPUT_QUIET ERROR_VARIABLE said)
endif()
if(NOT code EQUAL 2)
  message(FATAL_ERROR "${name}.toml: exit code ${code} instead of 2; standard error:\n${said}")
endif()

file(READ ${name}.stderr expected)
string(REPLACE "<source>" "${source}" expected "${expected}")
string(REPLACE "<build>" "${build}" expected "${expected}")
# As a regular expression: everything is meant literally but <...>, which stays within its line.
string(REGEX REPLACE "([][.*+?^$()|\\\\])" "\\\\\\1" pattern "${expected}")
string(REPLACE "<\\.\\.\\.>" "[^\n]*" pattern "${pattern}")
if(NOT said MATCHES "^${pattern}$")
  message(FATAL_ERROR "${name}.toml: standard error was\n${said}\ninstead of\n${expected}")
endif()
