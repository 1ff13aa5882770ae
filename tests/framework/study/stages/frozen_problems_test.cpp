#include "study/stages/frozen_problems.hpp"

#include <doctest/doctest.h>

#include "framework/host/temporary_folder.hpp"

using namespace espalier;
using namespace espalier::study;
using espalier::host::TemporaryFolder;

namespace {

Item item(const std::string& id, const std::string& gold = "1") {
  return {{.id = id, .question = "What is " + id + "?", .attributes = {}}, gold};
}

FrozenProblems frozen(const std::vector<Item>& items) {
  FrozenProblems all;
  for (const Item& one : items) all.lists["test"].emplace(one.problem.id, content_of(one.problem, one.gold));
  return all;
}

std::string why_not(const FrozenProblems& list, std::string_view name, std::vector<Item> items) {
  try {
    static_cast<void>(list.select(name, std::move(items)));
  } catch (const FrozenError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("frozen problems are read as they were written, and selected in the dataset's order") {
  const TemporaryFolder folder;
  const FrozenProblems written = frozen({item("b"), item("with \"quotes\" \xc3\xa9")});
  const auto read = FrozenProblems::read(folder.write("problems.json", written.text()));
  CHECK(read.lists == written.lists);
  const auto chosen = read.select("test", {item("with \"quotes\" \xc3\xa9"), item("a"), item("b")});
  REQUIRE(chosen.size() == 2);
  CHECK(chosen[0].problem.id == "with \"quotes\" \xc3\xa9");
  CHECK(chosen[1].problem.id == "b");
}

TEST_CASE("problems that are missing or have changed are named") {
  const TemporaryFolder folder;
  const auto file = folder.write("problems.json", frozen({item("a"), item("b")}).text());
  const auto list = FrozenProblems::read(file);
  CHECK(why_not(list, "test", {item("a")}) ==
        "the dataset has no problem \"b\", which " + file.string() + " lists under \"test\"");
  CHECK(why_not(list, "test", {item("a"), item("b", "2")}) ==
        "problem \"b\" is not the one that " + file.string() + " lists: its question or its gold answer has changed");
  CHECK(why_not(list, "train", {}) == file.string() + " has no list \"train\"; it has: \"test\"");
}

TEST_CASE("a file that holds no frozen problems is refused") {
  const TemporaryFolder folder;
  for (const char* text : {"", "[]", "{}", "{\"format\": \"other\"}", "{\"format\": \"espalier frozen problems 1\"}",
                           "{\"format\": \"espalier frozen problems 1\", \"lists\": {\"test\": {\"a\": 1}}}"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(FrozenProblems::read(folder.write("f.json", text)), FrozenError);
  }
}
