#include "models/device/captured_graph.hpp"

#include "models/device/cuda_library.hpp"

namespace espalier::models {

GraphCapture graph_capture_for(at::Device device) {
  if (!device.is_cuda() || cuda_library() == nullptr) return {};
  return [device](const std::function<at::Tensor()>& work) {
    return std::unique_ptr<CapturedGraph>(cuda_library()->record(device.index(), work));
  };
}

}  // namespace espalier::models
