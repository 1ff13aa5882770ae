#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace espalier::base {
namespace {

std::string kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

std::string system_says(int error) { return std::generic_category().message(error); }

}  // namespace

RegularFile::RegularFile(std::filesystem::path file) : path_(std::move(file)) {
  // Without O_NONBLOCK opening a pipe waits for its other end.
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor_ < 0) throw FileError(path_, errno == ENOENT ? "no such file" : system_says(errno));
  struct stat status {};
  std::string why;
  if (::fstat(descriptor_, &status) != 0) {
    why = system_says(errno);
  } else if (!S_ISREG(status.st_mode)) {
    why = "it is " + kind_of(status.st_mode) + " and no regular file";
  }
  if (!why.empty()) {
    ::close(descriptor_);
    throw FileError(path_, why);
  }
  size_ = static_cast<std::uintmax_t>(status.st_size);
}

RegularFile::~RegularFile() { ::close(descriptor_); }

std::string read_file(const std::filesystem::path& path, std::uintmax_t most) {
  const RegularFile file(path);
  if (file.size() > most) {
    throw FileError(path, "it has " + bytes_text(file.size()) + "; at most " + bytes_text(most) + " are read here");
  }
  std::string text;
  text.reserve(static_cast<std::size_t>(file.size()) + 4096);  // room to find the end in
  constexpr std::size_t piece = 1 << 20;
  for (;;) {  // to its end, not to its size: files of /proc have none, others grow
    const std::size_t before = text.size();
    text.resize(before + std::min<std::size_t>(piece, std::max<std::size_t>(text.capacity() - before, 4096)));
    const ssize_t count = ::read(file.descriptor(), text.data() + before, text.size() - before);
    if (count < 0 && errno != EINTR) throw FileError(path, system_says(errno));
    text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (text.size() > most) throw FileError(path, "it has more than the " + bytes_text(most) + " that are read here");
    if (count == 0) return text;
  }
}

std::string bytes_text(std::uintmax_t bytes) {
  constexpr std::uintmax_t kib = 1024, mib = kib * 1024, gib = mib * 1024;
  for (const auto& [unit, name] : {std::pair{gib, " GiB"}, {mib, " MiB"}, {kib, " KiB"}}) {
    if (bytes >= unit && bytes % unit == 0) return std::to_string(bytes / unit) + name;
  }
  return std::to_string(bytes) + " bytes";
}

}  // namespace espalier::base
