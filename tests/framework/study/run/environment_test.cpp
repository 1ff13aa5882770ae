#include "study/run/environment.hpp"

#include <doctest/doctest.h>

#include "study/files.hpp"

using namespace espalier::study;

namespace fs = std::filesystem;

TEST_CASE("the commit around a folder is found, loose, packed or detached") {
  const fs::path folder = fs::temp_directory_path() / "espalier-environment-test";
  fs::remove_all(folder);
  const std::string commit(40, 'a');
  write_file(folder / "inner" / "file", "");
  write_file(folder / ".git" / "HEAD", "ref: refs/heads/main\n");
  CHECK(git_commit(folder / "inner") == "");
  write_file(folder / ".git" / "packed-refs", "# pack-refs\n" + std::string(40, 'b') + " refs/heads/main\n");
  CHECK(git_commit(folder / "inner") == std::string(40, 'b'));
  write_file(folder / ".git" / "refs" / "heads" / "main", commit + "\n");
  CHECK(git_commit(folder / "inner") == commit);
  write_file(folder / ".git" / "HEAD", std::string(40, 'c') + "\n");
  CHECK(git_commit(folder) == std::string(40, 'c'));
}

TEST_CASE("the code that runs is named by its content") {
  CHECK(program_content().size() == 32);
  CHECK(program_content() == program_content());
}
