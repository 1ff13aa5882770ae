#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <memory>

namespace espalier::models {

/// Work on a GPU that was recorded once and is launched as one: hundreds of small kernels take longer to be launched
/// one by one than to run.
class CapturedGraph {
 public:
  virtual ~CapturedGraph() = default;
  /// Does the work again with what the tensors it reads hold now. Returns its result, which the next replay of any
  /// recording may overwrite.
  virtual at::Tensor replay() = 0;
};

/// Does the work, and returns it recorded. What the work reads and writes must outlive the recording, stay where it is,
/// and be of one device; the work must not wait for results.
using GraphCapture = std::function<std::unique_ptr<CapturedGraph>(const std::function<at::Tensor()>& work)>;

/// Returns what records work on `device`, or an empty function where nothing does: on the CPU, and on a GPU without
/// libespalier_cuda.
GraphCapture graph_capture_for(at::Device device);

}  // namespace espalier::models
