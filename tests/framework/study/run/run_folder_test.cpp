#include "study/run/run_folder.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "study/json.hpp"
#include "study/run/result_store.hpp"

using namespace espalier::study;

namespace fs = std::filesystem;

namespace {

fs::path fresh_folder() {
  const fs::path folder = fs::temp_directory_path() / "espalier-run-folder-test";
  fs::remove_all(folder);
  fs::create_directories(folder);
  write_file(folder / "a.toml", "");
  write_file(folder / "b.toml", "");
  return folder;
}

/// A sealed result with these records.
fs::path result_with(const fs::path& folder, const std::string& records) {
  fs::remove_all(folder);
  write_file(folder / "records.jsonl", records);
  seal_result(folder);
  return folder;
}

class Runs {
 public:
  RunFolder run(const std::string& manifest, const fs::path& output, const std::vector<std::string>& overrides = {},
                const std::string& content = "c") const {
    return {output, {base / manifest, overrides, content + manifest}, {"compare"}, base / "store"};
  }
  std::string refusal(const std::string& manifest, const fs::path& output,
                      const std::vector<std::string>& overrides = {}) const {
    try {
      run(manifest, output, overrides);
    } catch (const FolderRefused& error) {
      return error.what();
    }
    return "accepted";
  }

  const fs::path base = fresh_folder();
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a run goes on in its folder, and in no other's") {
  const Runs here;
  here.run("a.toml", here.base / "out").open();
  CHECK(here.refusal("a.toml", here.base / "out") == "accepted");
  CHECK(contains(here.refusal("b.toml", here.base / "out"), "holds the run of " + (here.base / "a.toml").string()));
  CHECK(contains(here.refusal("b.toml", here.base / "out"), "--output"));
  CHECK(contains(here.refusal("a.toml", here.base / "out", {"seed=7"}), "holds the run of"));
}

TEST_CASE("of two runs that begin at once in one folder the later one is refused, if it is another's") {
  const Runs here;
  RunFolder first = here.run("a.toml", here.base / "out"), other = here.run("b.toml", here.base / "out"),
            same = here.run("a.toml", here.base / "out");
  first.open();
  CHECK_THROWS_AS(other.open(), FolderRefused);
  CHECK_NOTHROW(same.open());
}

TEST_CASE("a folder that another process is marking at this moment is no foreign one") {
  const Runs here;
  write_file(here.base / "out" / (std::string(kUnfinishedPrefix) + "0123"), "half of a mark");
  CHECK(here.refusal("a.toml", here.base / "out") == "accepted");
}

TEST_CASE("a run goes on where its manifest was edited, or moved") {
  const Runs here;
  here.run("a.toml", here.base / "out").open();
  CHECK_NOTHROW(here.run("a.toml", here.base / "out", {}, "edited"));
  RunOrigin moved{here.base / "moved/a.toml", {}, "ca.toml"};
  CHECK_THROWS_AS(RunFolder(here.base / "out", moved, {}, here.base / "store"), FolderRefused);
  fs::remove(here.base / "a.toml");
  CHECK_NOTHROW(RunFolder(here.base / "out", moved, {}, here.base / "store"));
}

TEST_CASE("what no run made is neither replaced nor removed") {
  const Runs here;
  write_file(here.base / "project/src/main.cpp", "precious");
  write_file(here.base / "file", "precious");
  CHECK(contains(here.refusal("a.toml", here.base / "project"), "was not made by a run"));
  CHECK(contains(here.refusal("a.toml", here.base / "file"), "is no folder"));
  CHECK(contains(here.refusal("a.toml", ""), "must have a name"));
  here.run("a.toml", here.base / "out").open();
  write_file(here.base / "out/compare/notes.txt", "precious");
  CHECK(contains(here.refusal("a.toml", here.base / "out"), "compare is in the way of the stage"));
  fs::remove_all(here.base / "out/compare");
  fs::create_directory_symlink(here.base / "project", here.base / "out/compare");
  CHECK(contains(here.refusal("a.toml", here.base / "out"), "compare is in the way of the stage"));
  write_file(here.base / "broken/run.json", "{");
  CHECK(contains(here.refusal("a.toml", here.base / "broken"), "cannot be read"));
}

TEST_CASE("a run folder and the store keep out of each other's way") {
  const Runs here;
  CHECK(contains(here.refusal("a.toml", here.base / "store"), "is the store"));
  CHECK(contains(here.refusal("a.toml", here.base / "store/"), "is the store"));
  CHECK(contains(here.refusal("a.toml", here.base / "store/stages/x"), "lies in it"));
  CHECK(contains(here.refusal("a.toml", here.base / "x/../store"), "is the store"));
  const auto with_stage = [&](const std::string& label) {
    RunFolder(here.base, {here.base / "a.toml", {}, ""}, {label}, here.base / "store");
  };
  CHECK_THROWS_AS(with_stage("store"), FolderRefused);
}

TEST_CASE("a published result takes the place of an older one; files that others added stay") {
  const Runs here;
  RunFolder folder = here.run("a.toml", here.base / "out");
  folder.open();
  folder.publish("compare", result_with(here.base / "one", "1\n"));
  CHECK(read_file(here.base / "out/compare/records.jsonl") == "1\n");
  write_file(here.base / "out/compare/notes.txt", "mine");
  folder.publish("compare", result_with(here.base / "two", "2\n"));
  CHECK(read_file(here.base / "out/compare/records.jsonl") == "2\n");
  CHECK(read_file(here.base / "out/compare/notes.txt") == "mine");
  CHECK(damage_of(here.base / "out/compare").empty());
  SUBCASE("and one that was damaged there") {
    std::ofstream(here.base / "out/compare/records.jsonl") << "3\n";
    fs::remove(here.base / "out/compare/records.jsonl");
    folder.publish("compare", result_with(here.base / "two", "2\n"));
    CHECK(read_file(here.base / "out/compare/records.jsonl") == "2\n");
  }
}

TEST_CASE("a stage that is being computed can be seen") {
  const Runs here;
  RunFolder folder = here.run("a.toml", here.base / "out");
  folder.open();
  write_file(here.base / "unfinished/records.jsonl", "half\n");
  folder.show_running("compare", here.base / "unfinished");
  CHECK(read_file(here.base / "out/compare.running/records.jsonl") == "half\n");
  folder.publish("compare", result_with(here.base / "one", "1\n"));
  CHECK(!fs::exists(fs::symlink_status(here.base / "out/compare.running")));
  CHECK(fs::exists(here.base / "unfinished/records.jsonl"));
}

TEST_CASE("leftovers of killed processes go") {
  const Runs here;
  here.run("a.toml", here.base / "out").open();
  write_file(make_unfinished_folder(here.base / "out") / "half", "");
  here.run("a.toml", here.base / "out").open();
  for (const auto& entry : fs::directory_iterator(here.base / "out"))
    CHECK(!entry.path().filename().string().starts_with(kUnfinishedPrefix));
}

TEST_CASE("overrides have folders of their own, settings do not") {
  CHECK(default_run_folder("a/b.toml", {}) == "runs/b");
  CHECK(default_run_folder("b.toml", {"engine.threads=1"}) == "runs/b");
  CHECK(default_run_folder("b.toml", {"x.limit=5", "engine.threads=1", "seed=7"}) == "runs/b@x.limit=5,seed=7");
  CHECK(default_run_folder("b.toml", {"x=\"../..\""}) == "runs/b@x=_.._.._");
}
