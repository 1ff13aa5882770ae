#include "study/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <random>
#include <system_error>
#include <utility>

namespace espalier::study {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& what) {
  throw std::system_error(errno, std::generic_category(), path.string() + " " + what);
}

/// An open file, closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return descriptor_; }
  /// Closes it and reports whether all went well: some file systems say only then that the disk is full.
  bool close() { return ::close(std::exchange(descriptor_, -1)) == 0; }

 private:
  int descriptor_;
};

void sync(const fs::path& path) {
  const Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  // A file system that cannot sync a folder says EINVAL: there is nothing to wait for.
  if (opened.get() < 0 || (::fsync(opened.get()) != 0 && errno != EINVAL)) fail(path, "cannot be written to the disk");
}

/// A name that nobody else has: process numbers would not do, as containers that share a folder share them.
fs::path unused_name(const fs::path& parent) {
  std::random_device random;
  std::array<char, 24> digits;
  std::snprintf(digits.data(), digits.size(), "%08x%08x", random(), random());
  return parent / (std::string(kUnfinishedPrefix) + digits.data());
}

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

}  // namespace

void write_file(const fs::path& file, std::string_view text) {
  fs::create_directories(folder_of(file));
  const fs::path unfinished = unused_name(folder_of(file));
  Descriptor out(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (out.get() < 0) fail(file, "cannot be written");
  const auto give_up = [&] {
    const int why = errno;
    ::unlink(unfinished.c_str());
    errno = why;
    fail(file, "cannot be written");
  };
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t written = ::write(out.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) give_up();
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(out.get()) != 0 || !out.close()) give_up();
  if (::rename(unfinished.c_str(), file.c_str()) != 0) give_up();
  sync(folder_of(file));
}

fs::path make_unfinished_folder(const fs::path& parent) {
  fs::create_directories(parent);
  fs::path name = unused_name(parent);
  if (::mkdir(name.c_str(), 0777) != 0) fail(parent, "cannot be written to");
  return name;
}

void sync_folder(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory() && !entry.is_symlink()) {
      sync_folder(entry.path());
    } else if (entry.is_regular_file()) {
      sync(entry.path());
    }
  }
  sync(folder);
}

void rename_folder(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) != 0) {
    if (errno == ENOENT) {
      if (::rename(from.c_str(), to.c_str()) != 0) fail(to, "cannot be made");
    } else {
      // A file system without exchange: for a moment neither has the name, but both are there.
      const fs::path aside = make_unfinished_folder(folder_of(to)) / "old";
      if (::rename(to.c_str(), aside.c_str()) != 0 || ::rename(from.c_str(), to.c_str()) != 0 ||
          ::rename(aside.c_str(), from.c_str()) != 0) {
        fail(to, "cannot be replaced");
      }
      ::rmdir(aside.parent_path().c_str());
    }
  }
  sync(folder_of(to));
}

void link_or_copy(const fs::path& from, const fs::path& to) {
  std::error_code refused;
  fs::create_hard_link(from, to, refused);
  if (refused) fs::copy_file(from, to);
}

std::optional<FileLock> FileLock::open(const fs::path& path, bool wait) {
  for (;;) {
    const bool folder = fs::is_directory(path);
    const int descriptor = folder ? ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                                  : ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0) fail(path, "cannot be locked");
    FileLock lock(descriptor);
    while (::flock(descriptor, wait ? LOCK_EX : LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return std::nullopt;
      if (errno != EINTR) fail(path, "cannot be locked (a file system without locks?)");
    }
    // Whoever held it before may have taken the file away: then nobody else will come to this one.
    struct stat locked {
    }, present{};
    if (::fstat(descriptor, &locked) == 0 && ::stat(path.c_str(), &present) == 0 && locked.st_ino == present.st_ino &&
        locked.st_dev == present.st_dev) {
      return lock;
    }
  }
}

std::optional<FileLock> FileLock::try_lock(const fs::path& path) { return open(path, false); }
FileLock FileLock::lock(const fs::path& path) { return *open(path, true); }

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}
FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void FileLock::write(std::string_view line) const {
  static_cast<void>(!::ftruncate(descriptor_, 0));
  static_cast<void>(!::pwrite(descriptor_, line.data(), line.size(), 0));
}

}  // namespace espalier::study
