#pragma once

#include <filesystem>
#include <string_view>

#include "framework/host/temporary_folder.hpp"

namespace espalier::hostile {

/// A folder of this process with one file, for readers that open theirs.
inline std::filesystem::path folder_with(std::string_view name, std::string_view bytes) {
  static const host::TemporaryFolder folder;
  folder.write(name, bytes);
  return folder.path();
}

}  // namespace espalier::hostile
