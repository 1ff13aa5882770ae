#pragma once

#include <dlfcn.h>

#include <any>
#include <espalier/plugin.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "support/settings.hpp"

namespace espalier::testing {

/// Opens a plugin of this build the way a host would, but without one. Its target must be a dependency of the test's.
inline const PluginDescriptor& built_plugin(std::string_view kind, std::string_view name) {
  const std::string file =
      std::string(ESPALIER_BINARY_DIR "/plugins/") + std::string(kind) + "/" + std::string(name) + ".so";
  void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  return *static_cast<const PluginDescriptor*>(dlsym(library, "espalier_plugin"));
}

/// Creates a plugin of this build from C++ values; throws when its parameters are rejected.
template <class Created>
std::shared_ptr<Created> create(std::string_view name, Settings& settings) {
  const PluginDescriptor& plugin = built_plugin(Created::kind, name);
  auto created = std::static_pointer_cast<Created>(plugin.create(settings));
  if (const auto rejections = settings.rejections(); !rejections.empty())
    throw std::invalid_argument(rejections.front());
  return created;
}

template <class Created>
std::shared_ptr<Created> create(std::string_view name, Settings&& settings = {}) {
  return create<Created>(name, settings);
}

}  // namespace espalier::testing
