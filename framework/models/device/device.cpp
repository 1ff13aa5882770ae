#include "models/device/device.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/GradMode.h>
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <stdexcept>

#include "base/processors.hpp"

namespace espalier::models {
namespace {

// The folder of the libtorch_cpu that this process runs on.
std::filesystem::path library_folder() {
  Dl_info info{};
  void* const symbol = reinterpret_cast<void*>(static_cast<int (*)()>(&at::get_num_threads));
  if (dladdr(symbol, &info) == 0 || info.dli_fname == nullptr) return {};
  return std::filesystem::path(info.dli_fname).parent_path();
}

std::string open_cuda() {
  const auto library = library_folder() / "libtorch_cuda.so";
  if (!std::filesystem::exists(library)) return "this libtorch was built without CUDA";
  // Its initialisers register the CUDA kernels with the dispatcher, hence global symbols and no dlclose.
  if (dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr)
    return std::string("libtorch_cuda cannot be opened: ") + dlerror();
  if (at::detail::getCUDAHooks().deviceCount() < 1) return "there is no CUDA device";
  // It would compile a plan for every new shape of a batch, and those of decoding change all the time.
  at::globalContext().setSDPUseCuDNN(false);
  return {};
}

// How many threads there is room for. Threads that share an operation wait for one another at its end, so one that has
// to share its processor with another process holds up all of them: then fewer are faster.
class Room {
 public:
  // Threads that fit into what this process may use, whatever others do.
  int most() const { return most_; }

  // Threads that fit into what others left lately. Looks anew a few times per second.
  int now() {
    const auto moment = Clock::now();
    if (moment - looked_ < std::chrono::milliseconds(250)) return now_;
    looked_ = moment;
    const base::ProcessorUse use = base::processor_use();
    // A quarter more, as every machine has small things to do beside, and counts by ticks.
    if (const auto left = base::processors_left(use_, use)) now_ = std::min(usual_, base::threads_within(*left + 0.25));
    use_ = use;
    return now_;
  }

 private:
  using Clock = std::chrono::steady_clock;
  int most_ = base::threads_within(base::allowed_processors());
  int usual_ = std::min(at::get_num_threads(), most_);  // torch leaves out the second threads of cores
  int now_ = usual_;
  base::ProcessorUse use_ = base::processor_use();
  Clock::time_point looked_ = Clock::now();
};

}  // namespace

const std::string& cuda_obstacle() {
  static const std::string obstacle = open_cuda();
  return obstacle;
}

at::Device resolve_device(std::string_view name) {
  if (name == "cpu") return at::Device(at::kCPU);
  if (name == "auto") return cuda_obstacle().empty() ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
  if (name == "cuda" || name.starts_with("cuda:")) {
    if (!cuda_obstacle().empty())
      throw std::runtime_error("device \"" + std::string(name) + "\" cannot be used: " + cuda_obstacle());
    return name == "cuda" ? at::Device(at::kCUDA, 0) : at::Device(std::string(name));
  }
  throw std::runtime_error("device must be \"auto\", \"cpu\", \"cuda\" or \"cuda:N\", got \"" + std::string(name) +
                           "\"");
}

at::ScalarType resolve_dtype(std::string_view name, at::Device device) {
  if (name == "auto") return device.is_cuda() ? at::kBFloat16 : at::kFloat;
  if (name == "float32") return at::kFloat;
  if (name == "bfloat16") return at::kBFloat16;
  if (name == "float16") return at::kHalf;
  throw std::runtime_error("dtype must be \"auto\", \"float32\", \"bfloat16\" or \"float16\", got \"" +
                           std::string(name) + "\"");
}

void prepare_gradients(at::Device device) {
  if (!device.is_cuda()) return;
  const c10::AutoGradMode gradients(true);
  // Any kernel that runs on that thread gives it one.
  at::ones({1}, at::TensorOptions().device(device)).set_requires_grad(true).mul(2).sum().backward();
}

void use_threads(int threads) {
  static thread_local Room room;
  const int count = threads > 0 ? std::min(threads, room.most()) : room.now();
  if (count != at::get_num_threads()) at::set_num_threads(count);
}

}  // namespace espalier::models
