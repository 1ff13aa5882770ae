#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "models/files/json_file.hpp"

/// A file or folder below tests/golden/torch.
inline std::filesystem::path golden(const std::string& name) {
  return std::filesystem::path(ESPALIER_SOURCE_DIR) / "tests" / "golden" / "torch" / name;
}

inline espalier::models::JsonFile::Json golden_json(const std::string& name) {
  return espalier::models::JsonFile(golden(name)).root();
}

/// A fresh empty folder that is removed with this object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "espalier-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};
