#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace espalier::models {

/// A file of a checkpoint, mapped into memory: read where and when it is looked at.
class MappedFile {
 public:
  /// Throws CheckpointError naming the file where it cannot be read.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string_view content() const { return {static_cast<const char*>(data_), size_}; }

  /// Lets go of the pages that lie within `data`, a part of a mapped file; who reads them again has them read again.
  static void release(std::string_view data);

 private:
  std::filesystem::path path_;
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace espalier::models
