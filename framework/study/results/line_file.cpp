#include "study/results/line_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <espalier/machine_failure.hpp>
#include <utility>

namespace espalier::study {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, const char* what) {
  throw MachineFailure(file.string() + " cannot be " + what + ": " + std::strerror(errno));
}

/// Calls `transfer` with what is left of `size` bytes until all are through.
template <class Transfer>
bool through(std::size_t size, Transfer transfer) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t moved = transfer(done, size - done);
    if (moved < 0 && errno == EINTR) continue;
    if (moved == 0) errno = EIO;
    if (moved <= 0) return false;
    done += static_cast<std::size_t>(moved);
  }
  return true;
}

}  // namespace

LineFile::LineFile(std::filesystem::path file)
    : file_(std::move(file)), descriptor_(::open(file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) fail(file_, "written");
}

LineFile::~LineFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void LineFile::add(std::string line) {
  line += '\n';
  const bool written = through(
      line.size(), [&](std::size_t done, std::size_t left) { return ::write(descriptor_, line.data() + done, left); });
  if (!written) fail(file_, "written");
}

void LineFile::close() {
  if (::close(std::exchange(descriptor_, -1)) != 0) fail(file_, "written");
}

SpillFile::~SpillFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

SpillFile::Place SpillFile::put(std::string_view text) {
  if (descriptor_ < 0) {
    std::string name = (folder_ / "spare.XXXXXX").string();
    descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ < 0) fail(name, "written");
    ::unlink(name.c_str());
  }
  const bool written = through(text.size(), [&](std::size_t done, std::size_t left) {
    return ::pwrite(descriptor_, text.data() + done, left, static_cast<off_t>(end_ + done));
  });
  if (!written) fail(folder_ / "(records that wait)", "written");
  ++texts_;
  return {std::exchange(end_, end_ + text.size()), text.size()};
}

std::string SpillFile::take(const Place& place) {
  std::string text(place.size, '\0');
  const bool read = through(text.size(), [&](std::size_t done, std::size_t left) {
    return ::pread(descriptor_, text.data() + done, left, static_cast<off_t>(place.offset + done));
  });
  if (!read) fail(folder_ / "(records that wait)", "read");
  if (--texts_ == 0 && ::ftruncate(descriptor_, 0) == 0) end_ = 0;
  return text;
}

}  // namespace espalier::study
