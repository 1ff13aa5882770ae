#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace espalier::study {

/// Writes a file, making the folder it is in: whole and on the disk, or not at all. Throws std::system_error with the
/// file's name.
void write_file(const std::filesystem::path& file, std::string_view text);

/// Begins the names of what is being written in a folder that others look into; what a killed process left of it may be
/// removed.
inline constexpr std::string_view kUnfinishedPrefix = ".espalier-";

/// Makes an empty folder of a new name (kUnfinishedPrefix and random letters) in `parent`.
std::filesystem::path make_unfinished_folder(const std::filesystem::path& parent);

/// Waits until a folder's files and names are on the disk. Throws std::system_error.
void sync_folder(const std::filesystem::path& folder);

/// Gives the folder `from` the name `to` in one step, so that at every moment either the old or the new one has it, and
/// syncs the name. Where there was one before, it is called `from` afterwards. Both must be in one file system.
void rename_folder(const std::filesystem::path& from, const std::filesystem::path& to);

/// Makes `to` a second name of the file `from`, or a copy where the file system has no such thing.
void link_or_copy(const std::filesystem::path& from, const std::filesystem::path& to);

/// A lock on a file or folder that ends with this object or the process, however that ends: nothing is left to be
/// cleaned up. Between processes and within one.
class FileLock {
 public:
  /// Locks what is at `path`; nothing when another holds it. A file that is not there is made. Throws
  /// std::system_error.
  static std::optional<FileLock> try_lock(const std::filesystem::path& path);
  /// Waits for it.
  static FileLock lock(const std::filesystem::path& path);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

  /// Leaves a line for those who wait, in the file itself.
  void write(std::string_view line) const;

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  static std::optional<FileLock> open(const std::filesystem::path& path, bool wait);

  int descriptor_ = -1;
};

}  // namespace espalier::study
