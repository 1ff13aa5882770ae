#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace espalier::study {

/// A file that grows by whole lines, each written when it is added, so that others can follow it. What cannot be
/// written is a MachineFailure with the system's reason.
class LineFile {
 public:
  /// Makes the file, or empties it.
  explicit LineFile(std::filesystem::path file);
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  void add(std::string line);
  void close();

 private:
  std::filesystem::path file_;
  int descriptor_;
};

/// Texts that would take too much memory, in a file without a name that goes away by itself. Throws MachineFailure when
/// it cannot be written or read.
class SpillFile {
 public:
  struct Place {
    std::uint64_t offset = 0;
    std::size_t size = 0;
  };

  explicit SpillFile(std::filesystem::path folder) : folder_(std::move(folder)) {}
  ~SpillFile();
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  Place put(std::string_view text);
  /// Every text can be taken once; when none is left, the file takes no space.
  std::string take(const Place& place);

 private:
  std::filesystem::path folder_;
  int descriptor_ = -1;  ///< -1: nothing was put
  std::uint64_t end_ = 0;
  std::size_t texts_ = 0;
};

}  // namespace espalier::study
