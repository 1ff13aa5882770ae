#include "host/plugins/writable_by_others.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "framework/host/temporary_folder.hpp"

using namespace espalier::host;

namespace fs = std::filesystem;

namespace {

std::string finding(const fs::path& path) { return writable_by_others(std::array{path}).value_or(""); }

void set_mode(const fs::path& path, mode_t mode) { REQUIRE(::chmod(path.c_str(), mode) == 0); }

}  // namespace

TEST_CASE("a folder or file that only its owner may write to is exposed to nobody") {
  const TemporaryFolder folder;  // below /tmp, whose sticky bit keeps others from replacing it
  const auto file = folder.write("agents/mine.so", "x");
  CHECK(finding(file).empty());
  CHECK(finding(folder.path()).empty());
  CHECK(finding(folder.path() / "nowhere").empty());
}

TEST_CASE("what anybody may write to is named, with the way out") {
  const TemporaryFolder folder;
  const auto file = folder.write("agents/mine.so", "x");
  const auto agents = folder.path() / "agents";
  SUBCASE("the file") {
    set_mode(file, 0666);
    CHECK(finding(file) == "others may write to " + file.string() + " (mode 666); chmod go-w " + file.string());
    CHECK(finding(agents).empty());
  }
  SUBCASE("a folder on the way") {
    set_mode(agents, 0777);
    CHECK(finding(file) == "others may write to " + agents.string() + " (mode 777); chmod go-w " + agents.string());
  }
  SUBCASE("with the sticky bit nothing on the way can be replaced, but something be added to the folder itself") {
    set_mode(agents, 01777);
    CHECK(finding(file).empty());
    CHECK(finding(agents) == "others may write to " + agents.string() + " (mode 1777); chmod go-w " + agents.string());
  }
}

TEST_CASE("a symbolic link is followed, and the way to it and beyond looked at") {
  const TemporaryFolder folder;
  const auto file = folder.write("real/agents/mine.so", "x");
  fs::create_directories(folder.path() / "links");
  const auto link = folder.path() / "links/plugins";
  fs::create_symlink("../real", link);
  CHECK(finding(link / "agents/mine.so").empty());
  SUBCASE("where it leads") {
    set_mode(folder.path() / "real", 0777);
    CHECK(finding(link / "agents/mine.so").starts_with("others may write to " + (folder.path() / "real").string()));
  }
  SUBCASE("where it lies") {
    set_mode(folder.path() / "links", 0777);
    CHECK(finding(link / "agents/mine.so").starts_with("others may write to " + (folder.path() / "links").string()));
  }
  SUBCASE("a link in a circle leads nowhere") {
    fs::create_symlink("round", folder.path() / "round");
    CHECK(finding(folder.path() / "round").empty());
  }
}

TEST_CASE("a group counts as others unless it is root's or its owner's own") {
  const TemporaryFolder folder;
  const auto file = folder.write("mine.so", "x");
  set_mode(file, 0664);
  CHECK(finding(file).empty());
  if (::geteuid() != 0) return;                       // only root may give files away
  REQUIRE(::chown(file.c_str(), 0, 4'123'456) == 0);  // a group without a name may have anybody in it
  CHECK(finding(file) ==
        "others may write to " + file.string() + " (mode 664, group 4123456); chmod g-w " + file.string());
}

TEST_CASE("what belongs to somebody else is theirs to change") {
  if (::geteuid() != 0) return;
  const TemporaryFolder folder;
  const auto file = folder.write("theirs/mine.so", "x");
  REQUIRE(::chown((folder.path() / "theirs").c_str(), 4'123'456, 0) == 0);
  CHECK(finding(file) == "others may write to " + (folder.path() / "theirs").string() +
                             " (it belongs to user 4123456); use a copy of your own");
}
