#include "models/device/cuda_library.hpp"

#include <dlfcn.h>

#include <espalier/random.hpp>
#include <filesystem>
#include <optional>
#include <string>

namespace espalier::models {
namespace {

struct Opened {
  std::optional<CudaLibrary> library;
  std::string obstacle;
};

Opened open_library() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&draw_uniform), &info) == 0 || info.dli_fname == nullptr)
    return {{}, "the folder of libespalier_sdk is not known"};
  const auto file = std::filesystem::path(info.dli_fname).parent_path() / "libespalier_cuda.so";
  void* const handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return {{}, dlerror()};
  CudaLibrary library{};
  library.record = reinterpret_cast<decltype(library.record)>(dlsym(handle, "espalier_cuda_record"));
  library.capability = reinterpret_cast<decltype(library.capability)>(dlsym(handle, "espalier_cuda_capability"));
  if (library.record == nullptr || library.capability == nullptr) return {{}, file.string() + " is of another version"};
  return {library, {}};
}

const Opened& opened() {
  static const Opened once = open_library();
  return once;
}

}  // namespace

const CudaLibrary* cuda_library() { return opened().library ? &*opened().library : nullptr; }
const std::string& cuda_library_obstacle() { return opened().obstacle; }

}  // namespace espalier::models
