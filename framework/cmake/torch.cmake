# libtorch as imported targets, without torch's own CMake package (which insists on a whole CUDA toolkit).
#
#   espalier::libtorch              headers, libtorch_cpu and c10; all that a target links
#   espalier_torch_headers(TARGET)  precompiled ATen headers, shared by every target that calls it
#   espalier_imported_torch_cuda, espalier_imported_c10_cuda
#                                   the CUDA half, where it and CUDA's headers are there; linked by libespalier_cuda alone
#
# The ring opens libtorch_cuda when a run first asks for a GPU (framework/models/device/device.cpp). So `--as-needed` cannot
# drop it, and the same build starts on machines that have no CUDA libraries.
include_guard(GLOBAL)

set(ESPALIER_TORCH_VERSION 2.11)
set(ESPALIER_TORCH_DIR "${CMAKE_SOURCE_DIR}/.torch" CACHE PATH
    "Folder into which bootstrap.sh unpacked the wheels of torch and of what it needs of CUDA")

# Sets `result` to the root of an installed torch (the folder with include/ and lib/), or to nothing.
function(espalier_find_torch result)
  set(${result} "" PARENT_SCOPE)
  if(EXISTS "${ESPALIER_TORCH_DIR}/torch/lib/libtorch_cpu.so")
    set(${result} "${ESPALIER_TORCH_DIR}/torch" PARENT_SCOPE)
    return()
  endif()
  find_program(ESPALIER_PYTHON python3)
  if(NOT ESPALIER_PYTHON)
    return()
  endif()
  # The folder is looked up without importing torch: importing takes seconds and fails where CUDA libraries are missing.
  execute_process(
    COMMAND ${ESPALIER_PYTHON} -c
            "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
    OUTPUT_VARIABLE root OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(root AND EXISTS "${root}/lib/libtorch_cpu.so")
    set(${result} "${root}" PARENT_SCOPE)
  endif()
endfunction()

espalier_find_torch(ESPALIER_TORCH_ROOT)
if(NOT ESPALIER_TORCH_ROOT)
  message(FATAL_ERROR "libtorch ${ESPALIER_TORCH_VERSION} was found neither in ${ESPALIER_TORCH_DIR} nor by python3. "
                      "Run ./bootstrap.sh, or set ESPALIER_TORCH_DIR.")
endif()
file(STRINGS "${ESPALIER_TORCH_ROOT}/version.py" torch_version_line REGEX "^__version__")
string(REGEX MATCH "[0-9]+\\.[0-9]+" torch_version "${torch_version_line}")
if(NOT torch_version STREQUAL ESPALIER_TORCH_VERSION)
  message(FATAL_ERROR "${ESPALIER_TORCH_ROOT} has torch ${torch_version}; Espalier needs ${ESPALIER_TORCH_VERSION}.*")
endif()
string(REGEX MATCH "[0-9][0-9a-z.+]*" torch_version "${torch_version_line}")
set_property(GLOBAL PROPERTY ESPALIER_TORCH_FOUND "${torch_version}")
message(STATUS "libtorch ${torch_version}: ${ESPALIER_TORCH_ROOT}")

add_library(espalier_libtorch INTERFACE)
add_library(espalier::libtorch ALIAS espalier_libtorch)
foreach(name IN ITEMS c10 torch_cpu)
  add_library(espalier_imported_${name} SHARED IMPORTED GLOBAL)
  set_target_properties(espalier_imported_${name} PROPERTIES
    IMPORTED_LOCATION "${ESPALIER_TORCH_ROOT}/lib/lib${name}.so")
  target_link_libraries(espalier_libtorch INTERFACE espalier_imported_${name})
endforeach()
target_include_directories(espalier_libtorch SYSTEM INTERFACE "${ESPALIER_TORCH_ROOT}/include")
target_link_libraries(espalier_libtorch INTERFACE ${CMAKE_DL_LIBS})

# at::parallel_for is a header: it runs in parallel only where OpenMP is on. The runtime is torch's own where it has one,
# since two of them in a process would mean two pools of threads.
target_compile_options(espalier_libtorch INTERFACE -fopenmp)
if(EXISTS "${ESPALIER_TORCH_ROOT}/lib/libgomp.so.1")
  add_library(espalier_imported_gomp SHARED IMPORTED GLOBAL)
  set_target_properties(espalier_imported_gomp PROPERTIES IMPORTED_LOCATION "${ESPALIER_TORCH_ROOT}/lib/libgomp.so.1")
  target_link_libraries(espalier_libtorch INTERFACE espalier_imported_gomp)
else()
  target_link_libraries(espalier_libtorch INTERFACE -fopenmp)
endif()

# libtorch_cpu of a CUDA wheel needs libcudart and libcupti. At run time its own RPATH finds them beside it; a linker that
# does not follow that RPATH is told where they are.
file(GLOB torch_neighbours LIST_DIRECTORIES true "${ESPALIER_TORCH_ROOT}/../nvidia/*/lib")
foreach(folder IN LISTS torch_neighbours)
  target_link_options(espalier_libtorch INTERFACE "LINKER:-rpath-link,${folder}")
endforeach()
target_link_options(espalier_libtorch INTERFACE "LINKER:-rpath-link,${ESPALIER_TORCH_ROOT}/lib")

# Headers of the CUDA that this torch was built for.
file(STRINGS "${ESPALIER_TORCH_ROOT}/version.py" cuda_line REGEX "^cuda")
string(REGEX MATCH "[0-9]+" cuda_major "${cuda_line}")
file(GLOB cuda_folders LIST_DIRECTORIES true "${ESPALIER_TORCH_ROOT}/../nvidia/*/include" /usr/local/cuda/include)
foreach(folder IN LISTS cuda_folders)
  if(EXISTS "${folder}/cuda_runtime_api.h" AND EXISTS "${folder}/crt/host_config.h" AND NOT cuda_headers)
    file(STRINGS "${folder}/cuda_runtime_api.h" runtime_line REGEX "^#define CUDART_VERSION")
    if(cuda_major AND runtime_line MATCHES " ${cuda_major}[0-9][0-9][0-9]$")
      set(cuda_headers "${folder}")
    endif()
  endif()
endforeach()
if(cuda_headers AND EXISTS "${ESPALIER_TORCH_ROOT}/lib/libtorch_cuda.so")
  foreach(name IN ITEMS c10_cuda torch_cuda)
    add_library(espalier_imported_${name} SHARED IMPORTED GLOBAL)
    set_target_properties(espalier_imported_${name} PROPERTIES
      IMPORTED_LOCATION "${ESPALIER_TORCH_ROOT}/lib/lib${name}.so" INTERFACE_INCLUDE_DIRECTORIES "${cuda_headers}")
  endforeach()
else()
  message(STATUS "no libtorch_cuda, or no headers of its CUDA (remove .torch and run ./bootstrap.sh again): "
                 "GPUs will be slower, without libespalier_cuda")
endif()

# Gives `target` the precompiled ATen headers. They cost about ten seconds each time they are read otherwise.
function(espalier_torch_headers target)
  target_precompile_headers(${target} PRIVATE
    <ATen/ATen.h> <cstdint> <filesystem> <memory> <span> <string> <string_view> <vector>)
endfunction()
