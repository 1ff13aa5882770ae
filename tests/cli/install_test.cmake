# Installs the build into a fresh prefix, writes a new plugin of every kind with the installed program, builds each against
# the installed SDK with its conformance test, and runs an experiment that uses one of them through ESPALIER_PLUGIN_PATH; then
# does the same with a value model that is none of the templates.
# Needs: BUILD (the build tree), WORK (a folder of its own), SOURCE (the source tree).
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT code EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${code}:\n${text}")
  endif()
  set(output "${text}" PARENT_SCOPE)
endfunction()

function(expect part)
  string(FIND "${output}" "${part}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "expected \"${part}\" in:\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
set(prefix ${WORK}/prefix)
set(program ${prefix}/bin/espalier)
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
run(${program} doctor)
expect("${prefix}")
run(${program} check ${SOURCE}/tests/cli/stand_ins.toml)

set(plugin_path "")
foreach(kind IN ITEMS agents topologies searches value_models language_models datasets graders)
  set(folder ${WORK}/${kind})
  run(${program} new ${kind} my_${kind} ${folder})
  run(${CMAKE_COMMAND} -S ${folder} -B ${folder}/build -DCMAKE_PREFIX_PATH=${prefix})
  run(${CMAKE_COMMAND} --build ${folder}/build)
  run(${CMAKE_CTEST_COMMAND} --test-dir ${folder}/build --output-on-failure)
  expect("100% tests passed, 0 tests failed out of 1")
  string(APPEND plugin_path ":${folder}/build/plugins")
endforeach()

set(ENV{ESPALIER_PLUGIN_PATH} ${plugin_path})
run(${program} describe agents/my_agents)
expect("I heard: ")
file(WRITE ${WORK}/team.toml "
[agents.drafter]
type = \"my_agents\"
[agents.editor]
type = \"language_model\"
model = { type = \"my_language_models\" }
[topology]
type = \"my_topologies\"
[stages.all]
do = \"solve\"
problems = { dataset = { type = \"my_datasets\", grader = { type = \"my_graders\" } }, limit = 5 }
search = { type = \"my_searches\", value = { type = \"my_value_models\" } }
")
run(${program} run ${WORK}/team.toml --output ${WORK}/run --store ${WORK}/store)
expect("results in")
file(STRINGS ${WORK}/run/all/records.jsonl records)
list(LENGTH records count)
if(NOT count EQUAL 5)
  message(FATAL_ERROR "expected 5 records, got ${count}")
endif()

# A value model that somebody wrote by hand, in the folder that `new` made, guides a search after one line of a manifest.
set(folder ${WORK}/calculations)
run(${program} new value_models calculations ${folder})
file(COPY ${SOURCE}/tests/cli/out_of_tree/calculations.cpp DESTINATION ${folder})
run(${CMAKE_COMMAND} -S ${folder} -B ${folder}/build -DCMAKE_PREFIX_PATH=${prefix})
run(${CMAKE_COMMAND} --build ${folder}/build)
run(${program} conform ${folder}/build/plugins/value_models/calculations.so)
set(ENV{ESPALIER_PLUGIN_PATH} ${folder}/build/plugins)
run(${program} run ${SOURCE}/tests/cli/out_of_tree/sums.toml --output ${WORK}/sums --store ${WORK}/store)
file(READ ${WORK}/sums/compare/summary.json summary)
set(arms 0 1)
set(right 0 2)
foreach(arm correct IN ZIP_LISTS arms right)
  string(JSON found GET "${summary}" arms ${arm} correct)
  if(NOT found EQUAL correct)
    message(FATAL_ERROR "expected ${correct} right answers of arm ${arm}, got ${found}:\n${output}")
  endif()
endforeach()
