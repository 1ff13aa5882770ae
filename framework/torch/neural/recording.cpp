#include "neural/recording.hpp"

#include <dlfcn.h>

#include <espalier/random.hpp>
#include <filesystem>

namespace espalier::neural {
namespace {

using Record = Recording*(const std::function<at::Tensor()>&);

// Opened only once a GPU is in use, when libtorch_cuda is there already.
Record* open_record() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&draw_uniform), &info) == 0 || info.dli_fname == nullptr) return nullptr;
  const auto library = std::filesystem::path(info.dli_fname).parent_path() / "libespalier_cuda.so";
  void* const handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  return handle == nullptr ? nullptr : reinterpret_cast<Record*>(dlsym(handle, "espalier_record_cuda"));
}

}  // namespace

Recorder recorder_for(at::Device device) {
  if (!device.is_cuda()) return {};
  static Record* const record = open_record();
  if (record == nullptr) return {};
  return [](const std::function<at::Tensor()>& work) { return std::unique_ptr<Recording>(record(work)); };
}

}  // namespace espalier::neural
