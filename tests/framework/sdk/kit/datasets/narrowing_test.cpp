#include <doctest/doctest.h>

#include <algorithm>
#include <espalier/kit/datasets/narrowing.hpp>
#include <set>
#include <stdexcept>

#include "support/settings.hpp"

using namespace espalier;
using namespace espalier::stored;
using espalier::testing::Settings;

namespace {

/// `count` items p0, p1, ..., of level 1, 1, 1, 2, 1, 1, 1, 2, ...
std::vector<Item> items(int count) {
  std::vector<Item> all;
  for (int i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    all.push_back(
        {{.id = "p" + number, .question = number, .attributes = {{"level", i % 4 == 3 ? "2" : "1"}}}, number});
  }
  return all;
}

std::vector<std::string> ids(const std::vector<Item>& items) {
  std::vector<std::string> all;
  for (const Item& item : items) all.push_back(item.problem.id);
  return all;
}

SampleParams sample(int size, std::vector<std::string> by, int seed = 0) {
  Settings settings;
  settings.set("size", size).set("by", std::move(by)).set("seed", seed);
  return SampleParams(settings);
}

std::vector<std::string> sampled(int of, const SampleParams& params) {
  auto all = items(of);
  keep_sample(all, params);
  return ids(all);
}

long level_two(const std::vector<std::string>& ids) {
  return std::count_if(ids.begin(), ids.end(), [](const std::string& id) { return std::stoi(id.substr(1)) % 4 == 3; });
}

}  // namespace

TEST_CASE("conditions keep the items that meet all of them") {
  auto all = items(8);
  keep_where(all, {{"level", "2"}});
  CHECK(ids(all) == std::vector<std::string>{"p3", "p7"});
  all = items(8);
  keep_where(all, {{"level", "1|2"}});
  CHECK(all.size() == 8);
  CHECK_THROWS_WITH_AS(keep_where(all, {{"level", "1|3"}}), "no problem has the level \"3\"; there are: \"1\", \"2\"",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(keep_where(all, {{"levle", "1"}}),
                       "no problem has the attribute \"levle\"; there are: \"level\"", std::invalid_argument);
}

TEST_CASE("a stratified sample keeps the shares, the order and the size") {
  const auto ten = sampled(40, sample(10, {"level"}));
  CHECK(ten.size() == 10);
  // 30 of level 1 and 10 of level 2: 7.5 and 2.5 places; equal remainders go to the first stratum.
  CHECK(level_two(ten) == 2);
  CHECK(level_two(sampled(40, sample(20, {"level"}))) == 5);
  CHECK(std::is_sorted(ten.begin(), ten.end(), [](const std::string& a, const std::string& b) {
    return std::stoi(a.substr(1)) < std::stoi(b.substr(1));
  }));
  CHECK(sampled(40, sample(40, {"level"})) == ids(items(40)));
}

TEST_CASE("a sample depends on its seed and on the ids, not on the order of the file") {
  CHECK(sampled(40, sample(10, {})) == sampled(40, sample(10, {})));
  CHECK(sampled(40, sample(10, {})) != sampled(40, sample(10, {}, 1)));
  auto backwards = items(40);
  std::reverse(backwards.begin(), backwards.end());
  keep_sample(backwards, sample(10, {"level"}));
  const auto one = ids(backwards);
  const auto other = sampled(40, sample(10, {"level"}));
  CHECK(std::set<std::string>(one.begin(), one.end()) == std::set<std::string>(other.begin(), other.end()));
}

TEST_CASE("a sample that cannot be drawn is refused") {
  CHECK_THROWS_WITH_AS(sampled(5, sample(6, {})), "the sample asks for 6 of 5 problems", std::invalid_argument);
  CHECK_THROWS_WITH_AS(sampled(5, sample(2, {"type"})), "problem p0 has no attribute \"type\"", std::invalid_argument);
}
