#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <string>

namespace espalier::models {

class CapturedGraph;

/// What libespalier_cuda does, which is linked with the CUDA half of libtorch.
struct CudaLibrary {
  /// Does the work on GPU `device` and returns it recorded; see captured_graph.hpp.
  CapturedGraph* (*record)(int device, const std::function<at::Tensor()>& work);
  /// The compute capability of GPU `device`, as 90 for 9.0.
  int (*capability)(int device);
};

/// Opens the library beside libespalier_sdk, once per process and only after a GPU was found usable. Null where it is
/// not there or cannot be opened; `cuda_library_obstacle` then says why.
const CudaLibrary* cuda_library();
const std::string& cuda_library_obstacle();

}  // namespace espalier::models
