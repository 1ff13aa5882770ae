#include "host/plugins/library.hpp"

#include <cstring>
#include <map>
#include <mutex>
#include <system_error>

#define BOOST_DLL_USE_STD_FS
#include <dlfcn.h>

#include <boost/dll/shared_library.hpp>

#include "host/manifest/diagnostics.hpp"

namespace espalier::host {
namespace {

namespace dll = boost::dll;

/// Every library that was opened, for the rest of the process: whether unloading would do anything depends on accidents
/// inside a plugin, and an object that outlives its code crashes.
dll::shared_library& keep_open(const std::filesystem::path& file) {
  static std::mutex mutex;
  static auto& kept = *new std::map<std::filesystem::path, dll::shared_library>;
  const std::lock_guard lock(mutex);
  auto [entry, fresh] = kept.try_emplace(std::filesystem::weakly_canonical(file));
  if (fresh) {
    std::error_code failure;
    entry->second.load(entry->first, failure, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
    if (failure) {
      kept.erase(entry);
      const char* why = ::dlerror();  // says which symbol or library is missing; begins with the file
      throw PluginError("cannot be loaded: " + (why ? std::string(why) : file.string() + ": " + failure.message()));
    }
  }
  return entry->second;
}

}  // namespace

const PluginDescriptor& open_library(const std::filesystem::path& file) {
  static constexpr const char* symbol = "espalier_plugin";
  const dll::shared_library& library = keep_open(file);
  if (!library.has(symbol)) {
    throw PluginError(file.string() + " is no Espalier plugin: it has no symbol " + symbol +
                      "; its file must end with ESPALIER_PLUGIN(Class, \"summary\")");
  }
  const auto& descriptor = library.get<const PluginDescriptor>(symbol);
  if (descriptor.sdk != kSdkVersion) {
    throw PluginError(file.string() + " was built for version " + std::to_string(descriptor.sdk) +
                      " of the SDK; this program has version " + std::to_string(kSdkVersion) + ": rebuild it");
  }
  if (std::strcmp(descriptor.build, kBuildFingerprint) != 0) {
    throw PluginError(file.string() + " was built as (" + descriptor.build + "), this program as (" +
                      kBuildFingerprint + "): rebuild it with the same compiler and SDK");
  }
  return descriptor;
}

}  // namespace espalier::host
