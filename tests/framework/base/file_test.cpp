#include "base/file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "framework/host/temporary_folder.hpp"

using namespace espalier::base;
using espalier::host::TemporaryFolder;

namespace {

std::string why_not(const std::filesystem::path& file, std::uintmax_t most = kMostBytes) {
  try {
    static_cast<void>(read_file(file, most));
  } catch (const FileError& error) {
    return error.what();
  }
  return "read";
}

}  // namespace

TEST_CASE("a regular file is read whole, also through a link, and when it says that it has no size") {
  const TemporaryFolder folder;
  const std::string text(3'000'000, 'x');
  const auto file = folder.write("a", text);
  CHECK(read_file(file) == text);
  CHECK(read_file(file, text.size()) == text);
  std::filesystem::create_symlink(file, folder.path() / "link");
  CHECK(read_file(folder.path() / "link") == text);
  CHECK(read_file(folder.write("empty", "")).empty());
  CHECK(!read_file("/proc/self/status").empty());
}

TEST_CASE("what is no regular file is refused at once: no pipe is waited for, no device read without an end") {
  const TemporaryFolder folder;
  const auto pipe = folder.path() / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(why_not(pipe) == pipe.string() + " cannot be read: it is a pipe and no regular file");
  CHECK(why_not("/dev/zero") == "/dev/zero cannot be read: it is a device and no regular file");
  CHECK(why_not(folder.path()) == folder.path().string() + " cannot be read: it is a folder and no regular file");
  CHECK(why_not("/no/such") == "/no/such cannot be read: no such file");
}

TEST_CASE("a file is refused by its size before it is in memory") {
  const TemporaryFolder folder;
  const auto file = folder.write("a", std::string(1025, 'x'));
  CHECK(why_not(file, 1024) == file.string() + " cannot be read: it has 1025 bytes; at most 1 KiB are read here");
  std::filesystem::resize_file(file, std::uintmax_t{1} << 40);  // a hole of a terabyte
  CHECK(why_not(file).ends_with("it has 1024 GiB; at most 64 MiB are read here"));
  CHECK(why_not("/proc/self/status", 10).ends_with("it has more than the 10 bytes that are read here"));
}
