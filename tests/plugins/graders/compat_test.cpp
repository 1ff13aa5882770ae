#include <doctest/doctest.h>

#include <espalier/grader.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "support/built_plugin.hpp"
#include "support/public_data.hpp"

using namespace espalier;
using espalier::testing::Settings;

namespace {

std::shared_ptr<Grader> compat(const char* golds = "plain") {
  Settings settings;
  settings.set("golds", golds);
  return testing::create<Grader>("compat", settings);
}

bool graded(std::string_view text, std::string_view gold) {
  static const auto grader = compat();
  const auto answer = grader->extract(text);
  const auto reference = grader->reference(gold);
  return answer && reference && grader->equal(*answer, *reference).equal;
}

std::string canonical(const std::optional<Answer>& answer) { return answer ? answer->canonical : "none"; }

}  // namespace

TEST_CASE("compat: what the official checker gets right") {
  CHECK(graded("The total is 18", "18"));
  CHECK(graded("Answer: $1,200", "1200"));
  CHECK(graded("0.3333333", "1/3"));
  CHECK(graded("final answer: B", "B"));
  CHECK(graded("C", "C"));
  CHECK_FALSE(graded("The total is 19", "18"));
  CHECK_FALSE(graded("final answer: B", "C"));
  CHECK(graded("blue", "blue"));
  CHECK_FALSE(graded("blue", "red"));
}

TEST_CASE("compat: an article and a contraction are taken for letters") {
  CHECK(graded("It is a tie, so B", "A"));
  CHECK_FALSE(graded("It is a tie, so B", "B"));
  CHECK(graded("I'd pick option C", "D"));
  CHECK_FALSE(graded("I'd pick option C", "C"));
  CHECK(graded("The final answer can't be determined", "C"));
}

TEST_CASE("compat: the first number of a text makes it right, whatever it concludes") {
  CHECK(graded("Of 18 eggs, 3 are left", "18"));
  CHECK(graded("Of 18 eggs, 3 are left", "3"));
  CHECK_FALSE(graded("Of 18 eggs, 9 break and 3 are left", "9"));
}

TEST_CASE("compat: a sum behind the mark is its first summand") {
  const auto grader = compat();
  CHECK(canonical(grader->extract("answer: 3 + 4 = 7")) == "3");
  CHECK_FALSE(graded("answer: 3 + 4 = 7", "7"));
}

TEST_CASE("compat: a fraction behind the mark is its numerator, which the first number may rescue") {
  const auto grader = compat();
  CHECK(canonical(grader->extract("answer: 1/2")) == "1");
  CHECK(graded("answer: 1/2", "0.5"));
  CHECK_FALSE(graded("Of 6 we take half. answer: 1/2", "0.5"));
}

TEST_CASE("compat: percentages and units are lost") {
  CHECK_FALSE(graded("50 %", "0.5"));
  CHECK_FALSE(graded("answer: 50 %", "0.5"));
  const auto grader = compat();
  CHECK(canonical(grader->extract("answer: 5 dollars")) == "5");
  CHECK(canonical(grader->extract("answer: 5 apples")) == "answer: 5 apples");
  CHECK_FALSE(graded("Of 9, answer: 5 apples", "5"));
}

TEST_CASE("compat: letters and words do not cluster in a vote") {
  const auto grader = compat();
  CHECK(canonical(grader->extract("I say B")) != canonical(grader->extract("Clearly B")));
  CHECK(canonical(grader->extract("I say 7")) == canonical(grader->extract("Clearly 7.0")));
}

TEST_CASE("compat: golds of MATH are read up to the first brace, without commands") {
  const auto grader = compat("math");
  CHECK(canonical(grader->reference("\\boxed{\\frac{3}{56}}")) == "3");
  CHECK(canonical(grader->reference("\\frac{3}{56}")) == "3");
  CHECK(canonical(grader->reference("3\\sqrt{13}")) == "313");
  CHECK(canonical(grader->reference("52_8")) == "528");
  CHECK(canonical(grader->reference("42")) == "42");
  CHECK(canonical(grader->reference("10,\\!080")) == "10080");
  CHECK(canonical(grader->reference("\\pi")) == "none");
  CHECK(canonical(grader->reference("6 - 5i")) == "none");
  CHECK(canonical(grader->reference("\\text{Evelyn}")) == "none");
}

TEST_CASE("compat: the gold answer A of MMLU is lost") {
  const auto grader = compat("mmlu");
  CHECK(canonical(grader->reference("A")) == "none");
  CHECK(canonical(grader->reference("B")) == "B");
}

TEST_CASE("compat loses and corrupts golds of MATH-500 as often as the official loader") {
  const auto file = testing::public_data("math500/test-first-250.jsonl");
  if (!file) return;
  const auto grader = compat("math");
  const auto right = testing::create<Grader>("math");
  std::ifstream stream(*file);
  int lost = 0;
  int corrupt = 0;
  int total = 0;
  for (std::string line; std::getline(stream, line); ++total) {
    const auto gold = nlohmann::json::parse(line).at("answer").get<std::string>();
    const auto read = grader->reference(gold);
    const auto meant = right->reference(gold);
    REQUIRE(meant);
    if (!read)
      ++lost;
    else if (!right->equal(*right->reference(read->text), *meant).equal)
      ++corrupt;
  }
  MESSAGE(lost << " lost and " << corrupt << " corrupt of " << total);
  // Of all 500 it was seen to lose 97 and to corrupt 79: 19 % and 16 %.
  CHECK(lost * 100 >= total * 15);
  CHECK(lost * 100 <= total * 24);
  CHECK(corrupt * 100 >= total * 12);
  CHECK(corrupt * 100 <= total * 20);
}
