// libespalier_cuda: what needs the CUDA half of libtorch to be linked. cuda_library.cpp opens it where there is a GPU.
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <cuda_runtime_api.h>

#include <map>
#include <memory>
#include <stdexcept>

#include "models/device/captured_graph.hpp"

#define ESPALIER_CUDA_EXPORT extern "C" __attribute__((visibility("default")))

namespace espalier::models {
namespace {

using Pool = std::shared_ptr<const at::MempoolId_t>;

// All recordings that there are on a device take their intermediate results from one pool: they are never replayed side
// by side. A pool ends with the last recording in it, and its name cannot be used again.
Pool shared_pool(c10::DeviceIndex device) {
  static std::map<c10::DeviceIndex, std::weak_ptr<const at::MempoolId_t>> pools;
  Pool pool = pools[device].lock();
  if (!pool) pools[device] = pool = std::make_shared<const at::MempoolId_t>(at::cuda::graph_pool_handle());
  return pool;
}

// The stream on which work is recorded: the default one cannot be. One, as each has its own cached memory.
c10::cuda::CUDAStream recording_stream(c10::DeviceIndex device) {
  static std::map<c10::DeviceIndex, c10::cuda::CUDAStream> streams;
  const auto known = streams.find(device);
  if (known != streams.end()) return known->second;
  return streams.emplace(device, c10::cuda::getStreamFromPool(false, device)).first->second;
}

class CudaCapturedGraph final : public CapturedGraph {
 public:
  CudaCapturedGraph(c10::DeviceIndex device, const std::function<at::Tensor()>& work)
      : device_(device), pool_(shared_pool(device)) {
    const c10::cuda::CUDAGuard here(device_);
    c10::cuda::device_synchronize();  // what the work reads was written by another stream
    {
      const c10::cuda::CUDAStreamGuard aside(recording_stream(device_));
      work();  // libraries set themselves up in their first call, which must not be recorded
      c10::cuda::device_synchronize();
      // While it records, the allocator gives no cached memory back to the GPU to find what it needs.
      c10::cuda::CUDACachingAllocator::emptyCache();
      capture(work);
    }
    c10::cuda::device_synchronize();
  }
  at::Tensor replay() override {
    const c10::cuda::CUDAGuard here(device_);
    graph_.replay();
    return result_;
  }

 private:
  void capture(const std::function<at::Tensor()>& work) {
    graph_.capture_begin(*pool_);
    try {
      result_ = work();
    } catch (...) {
      // Or else the stream would record whatever comes.
      try {
        graph_.capture_end();
      } catch (...) {
      }
      throw;
    }
    graph_.capture_end();
  }

  c10::DeviceIndex device_;
  Pool pool_;
  at::cuda::CUDAGraph graph_;
  at::Tensor result_;
};

}  // namespace
}  // namespace espalier::models

ESPALIER_CUDA_EXPORT espalier::models::CapturedGraph* espalier_cuda_record(int device,
                                                                           const std::function<at::Tensor()>& work) {
  return new espalier::models::CudaCapturedGraph(static_cast<c10::DeviceIndex>(device), work);
}

ESPALIER_CUDA_EXPORT int espalier_cuda_capability(int device) {
  int major = 0, minor = 0;
  if (cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device) != cudaSuccess ||
      cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device) != cudaSuccess)
    throw std::runtime_error("the GPU does not tell its compute capability");
  return 10 * major + minor;
}
