#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace espalier::base {

/// A file that cannot be read; what() names it: "FILE cannot be read: no such file".
class FileError : public std::runtime_error {
 public:
  FileError(const std::filesystem::path& file, const std::string& why)
      : std::runtime_error(file.string() + " cannot be read: " + why), why_(why) {}

  const std::string& why() const { return why_; }

 private:
  std::string why_;
};

/// A regular file open for reading. Folders, devices, pipes and sockets are refused, so that no read waits or goes on
/// without an end.
class RegularFile {
 public:
  /// Throws FileError.
  explicit RegularFile(std::filesystem::path file);
  ~RegularFile();
  RegularFile(const RegularFile&) = delete;
  RegularFile& operator=(const RegularFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  int descriptor() const { return descriptor_; }
  /// In bytes, when it was opened.
  std::uintmax_t size() const { return size_; }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uintmax_t size_ = 0;
};

/// The most bytes of a file that is read whole, unless its reader says otherwise: 64 MiB.
inline constexpr std::uintmax_t kMostBytes = std::uintmax_t{64} << 20;

/// Returns what a regular file holds. Throws FileError, before anything of it is in memory, when that is more than
/// `most` bytes.
std::string read_file(const std::filesystem::path& file, std::uintmax_t most = kMostBytes);

/// "64 MiB", "100 bytes": a limit as messages name it.
std::string bytes_text(std::uintmax_t bytes);

}  // namespace espalier::base
