#include <doctest/doctest.h>

#include <espalier/grader.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "support/built_plugin.hpp"
#include "support/public_data.hpp"

using namespace espalier;
using espalier::testing::Settings;

namespace {

std::shared_ptr<Grader> grader(const char* name, Settings settings = {}) {
  return testing::create<Grader>(name, settings);
}

Settings with(std::string key, Settings::Value value) {
  Settings settings;
  settings.set(std::move(key), std::move(value));
  return settings;
}

bool graded(const Grader& grader, std::string_view text, std::string_view gold) {
  const auto answer = grader.extract(text);
  const auto reference = grader.reference(gold);
  return answer && reference && grader.equal(*answer, *reference).equal;
}

}  // namespace

TEST_CASE("number: answers are found where texts give them") {
  const auto number = grader("number");
  const auto canonical = [&](std::string_view text) {
    const auto answer = number->extract(text);
    return answer ? answer->canonical : "none";
  };
  CHECK(canonical("so 3 and 4, Answer : 18") == "18");
  CHECK(canonical("Answer: 3 + 4 = 7") == "7");
  CHECK(canonical("The final answer is $1,200.50, of 3 parts.") == "1200.5");
  CHECK(canonical("\\boxed{\\frac{3}{4}} and 5") == "0.75");
  CHECK(canonical("#### 72\n") == "72");
  CHECK(canonical("first 3, then 4") == "4");
  CHECK(canonical("It is -2/6.") == "-1/3");
  CHECK(canonical("Answer: none of 5\n") == "5");
  CHECK(canonical("no number at all") == "none");
  CHECK(canonical("") == "none");
}

TEST_CASE("number: what denies, explains or leaves open is told apart from what answers") {
  const auto number = grader("number");
  const auto canonical = [&](std::string_view text) {
    const auto answer = number->extract(text);
    return answer ? answer->canonical : "none";
  };
  for (const std::string_view text :
       {"The answer is not 12.", "The answer can't be 12", "The answer cannot be 12.", "12 is wrong",
        "12 is not the answer", "I don't think the answer is 12", "The wrong answer is 12", "It is less than 12.",
        "The answer is 12 or 13", "Answer: 12-13", "The answer isn't 12", "It isn't 12.", "\\boxed{12} is wrong",
        "It could be 12"}) {
    CAPTURE(text);
    CHECK(canonical(text) == "none");
  }
  for (const std::string_view text :
       {"The answer is 15. Check: 15*2 = 30", "The final answer is 15 because 15*2 = 30",
        "The answer is 15. Here n = 3.", "Answer: 15 (= 3 * 5)", "The answer is not 12, it is 15.",
        "The answer is not 12 but 15.", "<answer>15</answer> in 3 steps", "The answer is 15. The answer is not 12.",
        "We get 15; 12 is wrong.", "Answer: 3 * 5 = 15 apples", "The answer is **15**.",
        "The answer to 3 questions is 15", "It is 15 cm^2", "an area of 15 m/s^{2}", "fifteen, that is \\$15",
        "So it can't be 3, so the answer is 15"}) {
    CAPTURE(text);
    CHECK(canonical(text) == "15");
  }
}

TEST_CASE("number: the rule says how the answer was found") {
  const auto number = grader("number");
  CHECK(number->extract("\\boxed{1}")->rule == "boxed");
  CHECK(number->extract("#### 1")->rule == "hash mark");
  CHECK(number->extract("The answer is 1")->rule == "final-answer phrase");
  CHECK(number->extract("1")->rule == "last number");
  CHECK(number->extract("we pay -$5.")->text == "-$5");
}

TEST_CASE("number: equality is of values") {
  const auto number = grader("number");
  CHECK(graded(*number, "18.0", "18"));
  CHECK(graded(*number, "1/2", "0.5"));
  CHECK(graded(*number, "1,000", "1000"));
  CHECK(graded(*number, "$7", "7"));
  CHECK(graded(*number, "50%", "50"));
  CHECK(graded(*number, "50%", "0.5"));
  CHECK(graded(*number, "0.5", "50%"));
  CHECK_FALSE(graded(*number, "0.5", "50"));
  CHECK_FALSE(graded(*number, "50%", "50.5%"));
  CHECK(graded(*number, "1.5e3", "1500"));
  CHECK(graded(*number, "0.3333333", "1/3"));
  CHECK_FALSE(graded(*number, "0.33", "1/3"));
  CHECK_FALSE(graded(*number, "18", "19"));
  CHECK_FALSE(graded(*number, "-18", "18"));
  CHECK_FALSE(graded(*number, "1000000000000000000001", "1000000000000000000000000"));
}

TEST_CASE("number: the tolerance and the meaning of percent can be chosen") {
  Settings none = with("tolerance", 0.0);
  none.set("rounding", 0);
  const auto exact = grader("number", std::move(none));
  CHECK_FALSE(graded(*exact, "0.3333333", "1/3"));
  CHECK(graded(*exact, "2/6", "1/3"));
  const auto loose = grader("number", with("tolerance", 0.1));
  CHECK(graded(*loose, "109", "100"));
  CHECK_FALSE(graded(*loose, "111", "100"));
  const auto unit = grader("number", with("percent", std::string("unit")));
  CHECK(graded(*unit, "50%", "50"));
  CHECK_FALSE(graded(*unit, "50%", "0.5"));
  const auto hundredth = grader("number", with("percent", std::string("hundredth")));
  CHECK(graded(*hundredth, "50%", "0.5"));
  CHECK_FALSE(graded(*hundredth, "50%", "50"));
}

TEST_CASE("number: a percentage votes with the number it is, however that is written") {
  const auto canonical = [](const Grader& grader, std::string_view text) { return grader.extract(text)->canonical; };
  const auto either = grader("number");
  for (const char* text : {"75%", "75 percent", "75.0\\%", "3/4", "\\frac{3}{4}", "0.75"})
    CHECK(canonical(*either, text) == "0.75");
  CHECK(canonical(*either, "75") == "75");
  CHECK(canonical(*grader("number", with("percent", std::string("hundredth"))), "75%") == "0.75");
  CHECK(canonical(*grader("number", with("percent", std::string("unit"))), "75%") == "75");
}

TEST_CASE("number: a decimal of enough digits stands for the fraction it was rounded or cut off from") {
  const auto number = grader("number");
  CHECK(graded(*number, "10/3", "3.33333"));  // as MAWPS has it
  CHECK(graded(*number, "2/3", "0.6666667"));
  CHECK(graded(*number, "2/3", "0.6666666"));
  CHECK(graded(*number, "1/3", "33.333333%"));
  CHECK(graded(*number, "$66.666667", "200/3"));
  CHECK_FALSE(graded(*number, "10/3", "3.3333"));
  CHECK_FALSE(graded(*number, "10/3", "3.33335"));
  CHECK_FALSE(graded(*number, "3.33334", "3.33335"));  // neither is what the other was rounded from
  CHECK_FALSE(graded(*number, "100001/30000", "3.333333"));
  CHECK_FALSE(graded(*grader("number", with("rounding", 0)), "10/3", "3.33333"));
  CHECK(graded(*grader("number", with("rounding", 3)), "10/3", "3.33"));
}

TEST_CASE("number: golds that are no number are refused") {
  const auto number = grader("number");
  CHECK_FALSE(number->reference("A"));
  CHECK_FALSE(number->reference(""));
  CHECK_FALSE(number->reference("between 3 and 4"));
  CHECK_FALSE(number->reference("3 or 4"));
  CHECK(number->reference(" 72 ")->canonical == "72");
  CHECK(number->reference("5 apples")->canonical == "5");
  CHECK(number->reference("some steps\n#### 1,080")->canonical == "1080");
}

TEST_CASE("number: no text makes it throw") {
  const auto number = grader("number");
  for (const std::string& text :
       {std::string(50'000, '9'), std::string("\\boxed{") + std::string(5'000, '{'), std::string("\xff\xfe 3"),
        std::string(30'000, '/'), std::string("answer answer answer = = ="), std::string("\\frac{1}{")}) {
    CHECK_NOTHROW(static_cast<void>(number->extract(text)));
    CHECK_NOTHROW(static_cast<void>(number->reference(text)));
  }
}

TEST_CASE("exact: answers are compared as texts") {
  const auto exact = grader("exact");
  CHECK(graded(*exact, "Thinking...\nThe answer is **B**.", "B"));
  CHECK(graded(*exact, "long text\n  \"Blue   whale\"! \n", "blue whale"));
  CHECK(graded(*exact, "\\boxed{C}", "c"));
  CHECK_FALSE(graded(*exact, "A", "B"));
  CHECK_FALSE(graded(*grader("exact", with("case_sensitive", true)), "b", "B"));
  CHECK_FALSE(exact->extract("  \n "));
  CHECK_FALSE(exact->reference(""));
  CHECK(exact->extract("one\ntwo")->rule == "last line");
}

TEST_CASE("math: answers are found in prose, and not where they are denied") {
  const auto math = grader("math");
  struct Case {
    const char* gold;
    const char* text;
  };
  for (const auto& [gold, text] : {Case{"1/3", "\\boxed{\\frac13 \\approx 0.33}"},
                                   {"0.33", "\\boxed{\\frac13 \\approx 0.33}"},
                                   {"2\\pi", "\\boxed{2\\pi \\approx 6.28}"},
                                   {"\\sqrt{2}", "so it is $\\sqrt2 \\approx 1.414$"},
                                   {"0.33", "$x \\approx 0.33$"},
                                   {"1500", "\\boxed{1.5e3}"},
                                   {"0.0015", "1.5E-3"},
                                   {"3e", "\\boxed{3e}"},
                                   {"2e^3", "\\boxed{2e^3}"},
                                   {"3", "so $x = 3$"},
                                   {"5", "Adding $2$ and $3$ gives $5$."},
                                   {"3, 5", "$3$ and $5$"},
                                   {"5", "$5$ cm"},
                                   {"3", "The answer is 3, because $3^2=9$."},
                                   {"4", "The answer is not 3 but 4."},
                                   {"5", "5 m"},
                                   {"5 m", "5"},
                                   {"5", "\\boxed{5 m/s}"},
                                   {"\\emptyset", "\\boxed{\\text{no solution}}"},
                                   {"\\mathbb{R}", "all real numbers"},
                                   {"12", "<answer>12</answer> in 3 steps"}}) {
    CAPTURE(text);
    CHECK(graded(*math, text, gold));
  }
  for (const auto& [gold, text] : {Case{"3", "The answer is not $3$"},
                                   {"3", "$3$ is not the answer"},
                                   {"3", "The answer is not \\boxed{3}"},
                                   {"3", "\\boxed{3} is wrong"},
                                   {"3", "It can't be $3$."},
                                   {"3e", "1e3"},
                                   {"1/3", "0.33"},
                                   {"0.34", "\\frac13 \\approx 0.33"}}) {
    CAPTURE(text);
    CHECK_FALSE(graded(*math, text, gold));
  }
}

TEST_CASE("number agrees with the judgements of real model answers to GSM8K") {
  const auto file = testing::public_data("samples/gsm8k-model-solutions-first-660.jsonl");
  if (!file) return;
  const auto number = grader("number");
  std::ifstream stream(*file);
  int judged = 0;
  int agreed = 0;
  for (std::string line; std::getline(stream, line);) {
    const auto sample = nlohmann::json::parse(line);
    const auto truth = sample.at("ground_truth").get<std::string>();
    const std::string gold = truth.substr(truth.rfind("A: ") + 3);
    for (const auto& [name, value] : sample.items()) {
      if (!value.is_object() || !value.contains("is_correct")) continue;
      ++judged;
      if (graded(*number, value.at("solution").get<std::string>(), gold) == value.at("is_correct").get<bool>())
        ++agreed;
      else
        MESSAGE(name << " gold " << gold << " judged " << value.at("is_correct").dump() << ": "
                     << value.at("solution").get<std::string>().substr(0, 2000));
    }
  }
  REQUIRE(judged > 2'000);
  CHECK(agreed * 1000 > judged * 995);
  MESSAGE(agreed << " of " << judged);
}

TEST_CASE("math agrees with the judgements of real model answers to MATH, but where these are wrong") {
  const auto file = testing::public_data("samples/math_cot_50.jsonl");
  if (!file) return;
  const auto math = grader("math");
  std::ifstream stream(*file);
  int judged = 0;
  for (std::string line; std::getline(stream, line);) {
    const auto problem = nlohmann::json::parse(line);
    const auto gold = problem.at("answer").get<std::string>();
    // The publisher cut this gold answer to "4:30p..", and so refused all eight answers "4:30 \\text{ p.m.}".
    const bool mangled = gold == "\\text{4:30 p.m.}";
    for (std::size_t k = 0; k < problem.at("code").size(); ++k) {
      const auto text = problem.at("code")[k].get<std::string>();
      CAPTURE(gold);
      CAPTURE(text);
      CHECK(graded(*math, text, gold) == (mangled || problem.at("score")[k].get<bool>()));
      ++judged;
    }
  }
  REQUIRE(judged == 400);
}
