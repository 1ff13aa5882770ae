#include "study/files.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <csignal>
#include <system_error>

#include "study/json.hpp"

using namespace espalier::study;

namespace fs = std::filesystem;

namespace {

fs::path fresh_folder() {
  const fs::path folder = fs::temp_directory_path() / "espalier-files-test";
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

std::size_t entries_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

/// Lets no file of this process grow beyond some bytes while it lives: what a full disk does.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

}  // namespace

TEST_CASE("a file is written whole or not at all") {
  const fs::path folder = fresh_folder();
  write_file(folder / "deep/er/file", "first");
  CHECK(read_file(folder / "deep/er/file") == "first");
  {
    const FullDisk full(100);
    CHECK_THROWS_AS(write_file(folder / "deep/er/file", std::string(1000, 'x')), std::system_error);
  }
  CHECK(read_file(folder / "deep/er/file") == "first");
  CHECK(entries_in(folder / "deep/er") == 1);
}

TEST_CASE("a folder takes the place of another, which is still there") {
  const fs::path folder = fresh_folder();
  write_file(folder / "new/file", "new");
  rename_folder(folder / "new", folder / "place");
  CHECK(read_file(folder / "place/file") == "new");
  CHECK(!fs::exists(folder / "new"));
  write_file(folder / "newer/file", "newer");
  rename_folder(folder / "newer", folder / "place");
  CHECK(read_file(folder / "place/file") == "newer");
  CHECK(read_file(folder / "newer/file") == "new");
}

TEST_CASE("a lock is held once, and ends with its object") {
  const fs::path folder = fresh_folder();
  for (const fs::path& path : {folder / "a.lock", folder}) {
    auto held = FileLock::try_lock(path);
    REQUIRE(held);
    CHECK(!FileLock::try_lock(path));
    held.reset();
    CHECK(FileLock::try_lock(path));
  }
}

TEST_CASE("who got the lock of a file that was taken away looks for the new one") {
  const fs::path folder = fresh_folder();
  auto held = FileLock::try_lock(folder / "a.lock");
  fs::remove(folder / "a.lock");
  auto next = FileLock::try_lock(folder / "a.lock");
  REQUIRE(next);
  CHECK(!FileLock::try_lock(folder / "a.lock"));
}
