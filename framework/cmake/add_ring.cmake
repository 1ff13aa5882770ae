# add_ring(<name> AT <folder>... SOURCES <file>... [LIBS ...])
#
# A static library espalier_<name> with the alias espalier::<name>, and an include root of its own: its headers are called by
# their path below framework/ ("host/manifest/node.hpp"), and found by whoever links it and by nobody else. So an arrow that
# does not exist between two rings does not compile (tests/arrows). AT lists the folders below framework/ that it consists
# of; LIBS are the arguments of target_link_libraries.
function(add_ring name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "AT;SOURCES;LIBS")
  set(target espalier_${name})
  add_library(${target} STATIC ${arg_SOURCES})
  add_library(espalier::${name} ALIAS ${target})
  set(root ${PROJECT_BINARY_DIR}/include-roots/${name})
  foreach(folder IN LISTS arg_AT)
    cmake_path(GET folder PARENT_PATH parent)
    file(MAKE_DIRECTORY ${root}/${parent})
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/framework/${folder} ${root}/${folder} SYMBOLIC)
  endforeach()
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${root}>)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:espalier_settings>)
  target_link_libraries(${target} ${arg_LIBS})
endfunction()
