#include "host/plugins/folders.hpp"

#include <algorithm>

namespace espalier::host {

namespace fs = std::filesystem;

fs::path executable() { return fs::read_symlink("/proc/self/exe"); }

std::vector<fs::path> own_plugin_folders() {
  const fs::path prefix = executable().parent_path().parent_path();
  std::vector<fs::path> folders;
  if (fs::is_directory(prefix / "plugins")) folders.push_back(prefix / "plugins");
  // Installed: <prefix>/lib, lib64 or, on Debian below /usr, lib/<architecture>.
  std::error_code nowhere;
  for (const auto& entry : fs::directory_iterator(prefix, nowhere)) {
    if (!entry.path().filename().string().starts_with("lib")) continue;
    if (fs::is_directory(entry.path() / "espalier/plugins")) folders.push_back(entry.path() / "espalier/plugins");
    for (const auto& architecture : fs::directory_iterator(entry.path(), nowhere)) {
      const fs::path plugins = architecture.path() / "espalier/plugins";
      if (fs::is_directory(plugins, nowhere)) folders.push_back(plugins);
    }
  }
  std::ranges::sort(folders);
  return folders;
}

fs::path share_folder() {
  const fs::path installed = executable().parent_path().parent_path() / "share/espalier";
  if (fs::is_directory(installed)) return installed;
  const fs::path source = ESPALIER_SOURCE_DIR;
  return fs::is_directory(source / "topologies") ? source : fs::path();
}

std::vector<fs::path> folders_beside(const fs::path& manifest) {
  std::vector<fs::path> places = {manifest.parent_path()};
  if (const fs::path share = share_folder(); !share.empty()) {
    places.push_back(share / "topologies");
    places.push_back(share / "experiments");
  }
  return places;
}

}  // namespace espalier::host
