#include "study/run/result_store.hpp"

#include <doctest/doctest.h>

#include <fstream>

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

void write_result(const fs::path& folder, const std::string& records) {
  write_file(folder / "records.jsonl", records);
  write_file(folder / "checkpoint/weights", "0101");
  write_json(folder / "summary.json", 1);
  seal_result(folder);
}

/// A store with a result of hash "abc".
ResultStore store_with_result() {
  ResultStore store(fresh_folder());
  write_result(store.begin("abc"), "{}\n{}\n");
  store.keep("abc");
  return store;
}

/// What is said of a result that is not taken.
std::string damage_told(const ResultStore& store) {
  std::string told;
  CHECK(!store.find("abc", [&](const std::string& damage) { told = damage; }));
  return told;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a result is there when it was kept, and not before") {
  const ResultStore store(fresh_folder());
  CHECK(!store.find("abc"));
  write_result(store.begin("abc"), "1\n");
  fs::create_directories(store.workspace("abc"));
  CHECK(!store.find("abc"));
  const fs::path kept = store.keep("abc");
  CHECK(store.find("abc") == kept);
  CHECK(!fs::exists(store.workspace("abc")));
  write_result(store.begin("abc"), "2\n");
  CHECK(read_file(store.keep("abc") / "records.jsonl") == "2\n");
}

TEST_CASE("a result without one of its files, or with another's bytes, is none, and it is said why") {
  const ResultStore store = store_with_result();
  const fs::path folder = *store.find("abc");
  const auto rewrite = [&](const std::string& name, const std::string& text) {
    fs::remove(folder / name);
    std::ofstream(folder / name) << text;
  };
  SUBCASE("missing") {
    fs::remove(folder / "checkpoint/weights");
    CHECK(contains(damage_told(store), "weights is missing"));
  }
  SUBCASE("cut off") {
    rewrite("records.jsonl", "{}\n");
    CHECK(contains(damage_told(store), "records.jsonl has 3 bytes, 6 were written"));
  }
  SUBCASE("changed") {
    rewrite("records.jsonl", "{}\n[]\n");
    CHECK(contains(damage_told(store), "records.jsonl was changed"));
  }
  SUBCASE("without its list") {
    fs::remove(folder / "files.json");
    CHECK(contains(damage_told(store), "files.json cannot be read"));
  }
  SUBCASE("with half of its list") {
    rewrite("files.json", "{\"espalier\": \"result\", \"files\": {\"records.js");
    CHECK(contains(damage_told(store), "files.json cannot be read"));
  }
  SUBCASE("of an older program, which kept no list") {
    fs::remove(folder / "files.json");
    CHECK(!store.find("abc"));
  }
  write_result(store.begin("abc"), "{}\n{}\n");
  store.keep("abc");
  CHECK(store.find("abc") == folder);
}

TEST_CASE("one at a time computes a result, the others hear who") {
  const ResultStore store(fresh_folder());
  auto first = store.lock("abc", "the first", [](const std::string&) { return false; });
  REQUIRE(first);
  std::string heard;
  int asked = 0;
  const auto patience = [&](const std::string& holder) {
    heard = holder;
    return ++asked < 3;
  };
  CHECK(!store.lock("abc", "the second", patience));
  CHECK(heard == "the first");
  CHECK(asked == 3);
  CHECK(store.lock("other", "the second", patience));
  first.reset();
  CHECK(store.lock("abc", "the second", patience));
}

TEST_CASE("who waited for a result that was kept gets a lock of its own") {
  const ResultStore store(fresh_folder());
  auto first = store.lock("abc", "the first", {});
  auto second = store.lock("abc", "the second", [&](const std::string&) {
    write_result(store.begin("abc"), "");
    store.keep("abc");
    first.reset();
    return true;
  });
  CHECK(second);
  CHECK(store.find("abc"));
}

TEST_CASE("halves that killed processes left are cleaned, but not what lets them go on") {
  const ResultStore store(fresh_folder());
  for (const char* hash : {"abc", "held"}) {
    write_file(store.begin(hash) / "records.jsonl", "half");
    write_file(store.workspace(hash) / "step", "7");
  }
  write_file(store.begin("empty") / "records.jsonl", "half");
  const fs::path half = store.workspace("abc").parent_path() / "result";
  const fs::path other = store.workspace("held").parent_path() / "result";
  const auto lock = store.lock("held", "somebody", {});
  store.clean();
  CHECK(!fs::exists(half));
  CHECK(fs::exists(store.workspace("abc") / "step"));
  CHECK(fs::exists(other / "records.jsonl"));
  CHECK(!fs::exists(store.workspace("empty").parent_path()));
}
