#include <doctest/doctest.h>

#include <espalier/grader.hpp>
#include <string>
#include <vector>

#include "support/built_plugin.hpp"

using namespace espalier;

namespace {

const Grader& choice() {
  static const auto grader = testing::create<Grader>("choice");
  return *grader;
}

/// "letter, rule" of a model's text, or "none".
std::string found(std::string_view text) {
  const auto answer = choice().extract(text);
  return answer ? answer->canonical + ", " + answer->rule : "none";
}

struct Case {
  std::string_view text;
  std::string_view found;
};

}  // namespace

TEST_CASE("choice: letters are found where the grammar names them") {
  const std::vector<Case> cases = {
      {"so \\boxed{B}", "B, boxed"},
      {"\\boxed{\\text{(C)}}", "C, boxed"},
      {"\\boxed{\\textbf{D) } 5}", "D, boxed"},
      {"Steps.\n#### B", "B, hash mark"},
      {"The answer is C.", "C, final-answer phrase"},
      {"The answer is (c)", "C, final-answer phrase"},
      {"the answer is b.", "B, final-answer phrase"},
      {"Final answer: **D**", "D, final-answer phrase"},
      {"Final Answer: B) the second one", "B, final-answer phrase"},
      {"Answer: option A", "A, final-answer phrase"},
      {"The correct answer is A because it is 5.", "A, final-answer phrase"},
      {"The correct answer is: A. Paris", "A, final-answer phrase"},
      {"Answer:\n\nB", "B, final-answer phrase"},
      {"answer is $\\text{B}$", "B, final-answer phrase"},
      {"B", "B, whole text"},
      {"(b)", "B, whole text"},
      {"c", "C, whole text"},
      {"A) Paris", "A, whole text"},
      {"A. Paris", "A, whole text"},
      {"We see why.\n(E)", "E, last line"},
      {"I'd pick option C", "C, named option"},
      {"Not option A; choice (B) fits better than option C here", "B, named option"},
      {"I conclude **C) Rome** fits well", "C, bold"},
      {"Both rule out the others, leaving (D) to us", "D, parentheses"},
      {"It is a tie, so B", "B, closing letter"},
      {"Hence, I choose A.", "A, closing letter"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.text);
    CHECK(found(each.text) == each.found);
  }
}

TEST_CASE("choice: articles, pronouns, contractions, names and hedges are no letters") {
  for (const std::string_view text : {"It is a tie",
                                      "A tie, I think",
                                      "a cat",
                                      "I'd say so",
                                      "I am not sure",
                                      "The final answer can't be determined",
                                      "The answer is a tie",
                                      "The answer is A tie",
                                      "The answer is I think unclear",
                                      "The answer is A or B",
                                      "The answer is (A) and (C)",
                                      "Answer: A, B",
                                      "\\boxed{AB}",
                                      "\\boxed{B^2}",
                                      "\\boxed{12}",
                                      "vitamin C",
                                      "plan B-movie",
                                      "The answer is B.C. 45",
                                      "either (A) or (B) would do",
                                      "option A or option B, who knows? option A/B",
                                      "f(A) holds",
                                      "D's",
                                      "**A tie** is all",
                                      "",
                                      " ",
                                      "...",
                                      "**",
                                      "(",
                                      "option"}) {
    CAPTURE(text);
    CHECK(found(text) == "none");
  }
}

TEST_CASE("choice: a stronger mark is believed before a weaker one") {
  CHECK(found("The answer is A. No: \\boxed{B}") == "B, boxed");
  CHECK(found("option A, then the answer is B") == "B, final-answer phrase");
  CHECK(found("\\boxed{12}, and the answer is C") == "C, final-answer phrase");
  CHECK(found("The answer is A.\nWait.\nThe answer is D.") == "D, final-answer phrase");
}

TEST_CASE("choice: an option's text names it where the problem has it") {
  const Problem cities{
      .id = "",
      .question = "",
      .attributes = {
          {"A", "Paris"}, {"B", "New York"}, {"C", "New York City"}, {"D", "none of these"}, {"subject", "Rome"}}};
  const Problem numbers{.id = "", .question = "", .attributes = {{"A", "3"}, {"B", "3.5"}, {"C", "$12"}, {"D", "1/2"}}};
  const auto named = [](const Problem& problem, std::string_view text) {
    const auto answer = choice().answer_to(problem, text);
    return answer ? answer->canonical + ", " + answer->rule : "none";
  };
  CHECK(named(cities, "The answer is Paris.") == "A, final-answer phrase");
  CHECK(named(cities, "So the answer is **paris**, because it is large.") == "A, final-answer phrase");
  CHECK(named(cities, "\\boxed{\\text{New York}}") == "B, boxed");
  CHECK(named(cities, "The final answer is New  York City") == "C, final-answer phrase");
  CHECK(named(cities, "We weigh them.\n\"None of these!\"") == "D, option text");
  CHECK(named(cities, "The answer is B) Paris") == "B, final-answer phrase");  // the letter is what was asked for
  CHECK(named(numbers, "The answer is $3.5$.") == "B, final-answer phrase");
  CHECK(named(numbers, "#### 12") == "C, hash mark");
  CHECK(named(numbers, "1/2") == "D, option text");
  for (const std::string_view text : {"The answer is Parisian", "The answer is Rome", "not Paris", "Paris or New York",
                                      "The answer is Paris and New York"}) {
    CAPTURE(text);
    CHECK(named(cities, text) == "none");
  }
  for (const std::string_view text :
       {"The answer is 3, 4", "The answer is 35", "The answer is 3.55", "The answer is 3/2"}) {
    CAPTURE(text);
    CHECK(named(numbers, text) == "none");
  }
  const Problem twins{.id = "", .question = "", .attributes = {{"A", "Yes"}, {"B", "yes."}}};
  CHECK(named(twins, "The answer is yes") == "none");
}

TEST_CASE("choice: golds are letters") {
  for (const std::string_view gold :
       {"B", "b", "(B)", "B)", "B. Paris", "\\text{(B)}", "\\boxed{B}", "#### B", " B\n"}) {
    CAPTURE(gold);
    REQUIRE(choice().reference(gold));
    CHECK(choice().reference(gold)->canonical == "B");
  }
  for (const std::string_view gold : {"", "42", "AB", "A or B", "Paris", "a tie"}) {
    CAPTURE(gold);
    CHECK_FALSE(choice().reference(gold));
  }
}

TEST_CASE("choice: a verdict is on the letter and names the rule") {
  const auto gold = choice().reference("A");
  const auto right = choice().extract("The answer is (A).");
  const auto wrong = choice().extract("\\boxed{B}");
  REQUIRE((gold && right && wrong));
  CHECK(choice().equal(*right, *gold).equal);
  CHECK(choice().equal(*right, *gold).reason ==
        "By the rule \"final-answer phrase\" the answer is A, as is the gold one.");
  CHECK_FALSE(choice().equal(*wrong, *gold).equal);
  CHECK(choice().equal(*wrong, *gold).reason == "By the rule \"boxed\" the answer is B, the gold one A.");
}
