// libespalier_cuda: what needs the CUDA half of libtorch to be linked. recording.cpp opens it where there is a GPU.
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>

#include "neural/recording.hpp"

namespace espalier::neural {
namespace {

using Pool = std::shared_ptr<const at::MempoolId_t>;

// All recordings that there are take their intermediate results from one pool: they are never replayed side by side. A
// pool ends with the last recording in it, and its name cannot be used again.
Pool shared_pool() {
  static std::weak_ptr<const at::MempoolId_t> current;
  Pool pool = current.lock();
  if (!pool) current = pool = std::make_shared<const at::MempoolId_t>(at::cuda::graph_pool_handle());
  return pool;
}

class CudaGraphRecording final : public Recording {
 public:
  explicit CudaGraphRecording(const std::function<at::Tensor()>& work) {
    c10::cuda::device_synchronize();  // what the work reads was written by another stream
    {
      const c10::cuda::CUDAStreamGuard aside(c10::cuda::getStreamFromPool());  // the default one cannot be recorded
      work();  // libraries set themselves up in their first call, which must not be recorded
      c10::cuda::device_synchronize();
      graph_.capture_begin(*pool_);
      result_ = work();
      graph_.capture_end();
    }
    c10::cuda::device_synchronize();
  }
  at::Tensor replay() override {
    graph_.replay();
    return result_;
  }

 private:
  const Pool pool_ = shared_pool();
  at::cuda::CUDAGraph graph_;
  at::Tensor result_;
};

}  // namespace
}  // namespace espalier::neural

extern "C" __attribute__((visibility("default"))) espalier::neural::Recording* espalier_record_cuda(
    const std::function<at::Tensor()>& work) {
  return new espalier::neural::CudaGraphRecording(work);
}
