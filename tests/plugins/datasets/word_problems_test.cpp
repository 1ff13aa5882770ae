#include <doctest/doctest.h>

#include <espalier/dataset.hpp>
#include <set>
#include <stdexcept>
#include <string>

#include "support/built_plugin.hpp"

using namespace espalier;
using espalier::testing::Settings;

namespace {

std::shared_ptr<Dataset> problems(int seed = 0, int max_steps = 3) {
  Settings settings;
  settings.set("seed", seed).set("max_steps", max_steps).set("validation", 200).set("test", 300).set("train", 50'000);
  settings.give("grader", testing::create<Grader>("number"));
  return testing::create<Dataset>("word_problems", settings);
}

std::set<std::string> questions(const Dataset& dataset, std::string_view split, std::size_t count) {
  std::set<std::string> found;
  for (std::size_t index = 0; index < count; ++index) found.insert(dataset.at(split, index).problem.question);
  return found;
}

}  // namespace

TEST_CASE("word_problems: equal parameters give equal items, other seeds others") {
  const auto one = problems();
  const auto same = problems();
  const auto other = problems(1);
  for (const auto& split : one->splits()) {
    for (std::size_t index = 0; index < 50; ++index) {
      const Item item = one->at(split, index);
      CHECK(item.problem.id == split + "-" + std::to_string(index));
      CHECK(item.problem.question == same->at(split, index).problem.question);
      CHECK(item.gold == same->at(split, index).gold);
      CHECK(item.problem.question != other->at(split, index).problem.question);
    }
  }
}

TEST_CASE("word_problems: questions differ, and no split has a question of another, whatever the seed or difficulty") {
  const auto dataset = problems();
  const auto train = questions(*dataset, "train", 20'000);
  CHECK(train.size() == 20'000);
  CHECK(questions(*dataset, "validation", 200).size() == 200);
  CHECK(questions(*dataset, "test", 300).size() == 300);
  const auto easy = problems(0, 2);
  const auto other = problems(7);
  for (const auto& held_out : {dataset, easy, other}) {
    for (const auto split : {"validation", "test"}) {
      for (const auto& question : questions(*held_out, split, held_out->size(split)))
        CHECK_FALSE(train.contains(question));
    }
    for (const auto& question : questions(*held_out, "test", 300)) {
      CHECK_FALSE(questions(*dataset, "validation", 200).contains(question));
    }
  }
}

TEST_CASE("word_problems: golds are what the grader reads and the steps are told") {
  const auto dataset = problems();
  for (std::size_t index = 0; index < 200; ++index) {
    const Item item = dataset->at("test", index);
    const auto gold = dataset->grader()->reference(item.gold);
    REQUIRE(gold);
    const int answer = std::stoi(gold->canonical);
    CHECK(answer >= 0);
    CHECK(answer <= 99);
    const int steps = std::stoi(item.problem.attributes.at("steps"));
    CHECK(steps >= 2);
    CHECK(steps <= 3);
  }
}

TEST_CASE("word_problems: demonstrations belong to their item") {
  const auto dataset = problems();
  const Item item = dataset->at("train", 17);
  const Key key = Key{1, 2};
  const auto verifier = dataset->demonstration(item, "verifier", key);
  REQUIRE(verifier);
  CHECK(dataset->grader()->extract(verifier->text)->canonical == item.gold);
  CHECK(dataset->demonstration(item, "verifier", key)->text == verifier->text);
  CHECK_FALSE(dataset->demonstration(item, "gardener", key));

  Item foreign = item;
  foreign.problem.question = "How many?";
  CHECK_FALSE(dataset->demonstration(foreign, "verifier", key));
  for (const auto id : {"train", "train-", "train-x", "train-999999999", "elsewhere-1", ""}) {
    foreign = item;
    foreign.problem.id = id;
    CHECK_FALSE(dataset->demonstration(foreign, "verifier", key));
  }
}

TEST_CASE("word_problems: impossible parameters are refused") {
  Settings settings;
  settings.set("min_steps", 5).set("max_steps", 4).set("largest", 10).set("largest_amount", 10);
  testing::built_plugin("datasets", "word_problems").describe(settings);
  CHECK(settings.rejections().size() == 2);
  CHECK_THROWS_AS(static_cast<void>(problems()->size("dev")), std::invalid_argument);
}
