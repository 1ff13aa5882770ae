#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace espalier::testing {

/// A file of the public data sets that some machines keep beside the project, in the folder ESPALIER_DATA or
/// ../shared/data; nothing, and a message in the test's output, where it is absent.
inline std::optional<std::filesystem::path> public_data(std::string_view name) {
  const char* const chosen = std::getenv("ESPALIER_DATA");
  const std::filesystem::path folder = chosen != nullptr ? chosen : ESPALIER_SOURCE_DIR "/../shared/data";
  const auto file = folder / name;
  if (std::filesystem::exists(file)) return file;
  MESSAGE("skipped: there is no " << file.string());
  return std::nullopt;
}

}  // namespace espalier::testing
