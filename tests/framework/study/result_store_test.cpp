#include "study/result_store.hpp"

#include <doctest/doctest.h>

#include "study/environment.hpp"
#include "study/json.hpp"

using namespace espalier::study;

namespace fs = std::filesystem;

namespace {

fs::path fresh_folder() {
  const fs::path folder = fs::temp_directory_path() / "espalier-result-store-test";
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

}  // namespace

TEST_CASE("a result is there when it was kept, and not before") {
  const ResultStore store(fresh_folder());
  CHECK(!store.find("abc"));
  const fs::path written = store.begin("abc");
  write_json(written / "summary.json", 1);
  CHECK(!store.find("abc"));
  const fs::path kept = store.keep(written, "abc");
  CHECK(store.find("abc") == kept);
  CHECK(!fs::exists(written));

  const fs::path newer = store.begin("abc");
  write_json(newer / "summary.json", 2);
  CHECK(read_json(store.keep(newer, "abc") / "summary.json") == 2);
}

TEST_CASE("a copied folder holds what the original holds and nothing else") {
  const fs::path folder = fresh_folder();
  write_file(folder / "from" / "deep" / "a", "1");
  write_file(folder / "to" / "old", "2");
  copy_folder(folder / "from", folder / "to");
  CHECK(read_file(folder / "to" / "deep" / "a") == "1");
  CHECK(!fs::exists(folder / "to" / "old"));
}

TEST_CASE("the commit around a folder is found, loose, packed or detached") {
  const fs::path folder = fresh_folder();
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
