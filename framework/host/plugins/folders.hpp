#pragma once

#include <filesystem>
#include <vector>

namespace espalier::host {

/// The running program's file.
std::filesystem::path executable();
/// Folders with the plugins that belong to this program: of its build tree, or installed beside it.
std::vector<std::filesystem::path> own_plugin_folders();
/// The folder that holds `topologies` and `experiments`: <prefix>/share/espalier when installed, else the source tree;
/// empty when neither is there.
std::filesystem::path share_folder();
/// The folders in which a relative path of a manifest is looked for, in this order: the manifest's own, then the share
/// folder's topologies and experiments.
std::vector<std::filesystem::path> folders_beside(const std::filesystem::path& manifest);

}  // namespace espalier::host
