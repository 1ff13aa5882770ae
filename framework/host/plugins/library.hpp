#pragma once

#include <espalier/plugin.hpp>
#include <filesystem>
#include <string>

namespace espalier::host {

/// Maps a plugin library (RTLD_NOW | RTLD_LOCAL, for the rest of the process) and returns its descriptor after
/// comparing SDK version and build fingerprint; no code of the plugin has run. Throws PluginError.
const PluginDescriptor& open_library(const std::filesystem::path& file);

}  // namespace espalier::host
