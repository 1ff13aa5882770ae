#include <doctest/doctest.h>

#include <espalier/grader.hpp>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "support/built_plugin.hpp"

// Kinds of fault that users of comparable software reported, each with cases on which no person would hesitate.

using namespace espalier;

namespace {

const Grader& grader(const std::string& name) {
  static std::map<std::string, std::shared_ptr<Grader>> made;
  auto& one = made[name];
  if (!one) one = testing::create<Grader>(name);
  return *one;
}

bool graded(const Grader& grader, std::string_view text, std::string_view gold, const Problem& problem = {}) {
  const auto answer = grader.answer_to(problem, text);
  const auto reference = grader.reference(gold);
  return answer && reference && grader.equal(*answer, *reference).equal;
}

struct Case {
  std::string_view text;
  std::string_view gold;
};

void expect(const std::string& name, bool equal, std::initializer_list<Case> cases) {
  for (const auto& [text, gold] : cases) {
    CAPTURE(name);
    CAPTURE(text);
    CAPTURE(gold);
    CHECK(graded(grader(name), text, gold) == equal);
  }
}

}  // namespace

TEST_CASE("several boxes in one sentence are one list; one behind a conclusion stands for itself") {
  expect("math", true,
         {{"So $x = \\boxed{3}$ or $x = \\boxed{-7}$.", "-7, 3"},
          {"The solutions are \\boxed{1}, \\boxed{4} and \\boxed{9}", "1,4,9"},
          {"The solutions are \\boxed{1}; \\boxed{4}; \\boxed{9}.", "\\{1,4,9\\}"},
          {"We get \\(\\boxed{\\frac{1}{2}}\\) and \\(\\boxed{\\frac{3}{4}}\\).", "0.5, 0.75"},
          {"The smaller root is $\\boxed{2}$ and the larger root is $\\boxed{5}$.", "2,5"},
          {"\\boxed{1} is the least and \\boxed{9} is the greatest.", "1, 9"},
          {"$x=\\boxed{1}$ and $y=\\boxed{2}$", "x=1, y=2"},
          {"The point is (\\boxed{3}, \\boxed{4}).", "(3,4)"},
          {"\\boxed{2} \\text{ and } \\boxed{3}", "3, 2"},
          {"First we find \\boxed{12}. Then the answer is \\boxed{30}.", "30"},
          {"Since the base is \\boxed{4}, the final area is \\boxed{16}.", "16"},
          {"Adding \\boxed{4} and doubling it gives \\boxed{8}.", "8"},
          {"It is \\boxed{3}, so the value is \\boxed{3}.", "3"},
          {"\\boxed{3} and \\boxed{3}", "3"},
          {"The answers are $2$, $6$ and $11$.", "2,6,11"},
          {"Hence the roots are $-3$ and $4$.", "-3,4"},
          {"The roots are 2, 6, and 11.", "2,6,11"}});
  expect("math", false,
         {{"So $x = \\boxed{3}$ or $x = \\boxed{-7}$.", "-7"},
          {"The smaller root is $\\boxed{2}$ and the larger root is $\\boxed{5}$.", "5"},
          {"$x=\\boxed{1}$ and $y=\\boxed{2}$", "x=2, y=1"},
          {"The point is (\\boxed{3}, \\boxed{4}).", "(4,3)"},
          {"$\\boxed{-1}$, $\\boxed{0}$, and $\\boxed{1}$.", "-1,0"},
          {"Hence the roots are $-3$ and $4$.", "4"},
          {"The roots are 2, 6, and 11.", "11"}});
  expect("exact", true, {{"It is \\boxed{red} and \\boxed{green}.", "red, green"}});
  expect("exact", false, {{"It is \\boxed{red} and \\boxed{green}.", "green"}});
  expect("number", true, {{"First \\boxed{4}. Finally \\boxed{6}.", "6"}});
  expect("number", false, {{"The two are \\boxed{4} and \\boxed{6}.", "6"}});
  expect("choice", false, {{"Both \\boxed{A} and \\boxed{C} hold.", "C"}});
}

TEST_CASE("a label holds for the list behind it") {
  expect("math", true,
         {{"$x = -2, 5$", "x=5, x=-2"},
          {"\\boxed{n = 1, 2, 4}", "1, 2, 4"},
          {"The answer is $a = 2$ or $3$.", "2, 3"},
          {"x = 3 or 5", "3,5"},
          {"$\\theta = 30^\\circ, 150^\\circ$", "30, 150"},
          {"\\boxed{x = 1, 2, y = 3}", "x=1,x=2,y=3"},
          {"\\boxed{z = \\pm 2, 3}", "-2,2,3"},
          {"\\boxed{k \\in \\{3, 5, 8\\}}", "k = 3, 5, 8"},
          {"(x, y) = (1, 2), (3, 4)", "(3,4),(1,2)"},
          {"x: 3, 5", "3,5"},
          {"The answer is $\\frac12$ or $0.5$.", "1/2"}});
  expect("math", false,
         {{"\\boxed{n = 1, 2, 4}", "4"},
          {"\\boxed{p = 3, 5, 7}", "p = 3, 5, 11"},
          {"\\boxed{x = 1, 2, y = 3}", "x=1,y=2,y=3"},
          {"$m = 4, 6$", "6"}});
  expect("number", true, {{"The answer is 7, 7.", "7"}});
  expect("number", false,
         {{"k = 3, 5, 8", "8"},
          {"The answer is k = 3, 5, 8.", "3"},
          {"x = 4 or x = 9", "9"},
          {"The answer is 3 and 5.", "3"}});
}

TEST_CASE("every kind of blank separates thousands, alike in all graders") {
  for (const std::string separated :
       {"12\\,500",    "12\\ 500",    "12\\;500",          "12\\:500",    "12~500",      "12{,}500",
        "12,\\!500",   "12, \\!500",  "12\\thinspace 500", "12 500",      "12\u00a0500", "12\u2009500",
        "12\u202f500", "12\u2007500", "12\u3000500",       "12\u200b500", "12'500",      "12\u2019500",
        "12,500",      "12{\\,}500",  "12\\mathord{,}500"}) {
    CAPTURE(separated);
    for (const char* name : {"number", "math"}) {
      CHECK(graded(grader(name), "The answer is \\boxed{" + separated + "}", "12500"));
      CHECK(graded(grader(name), "12500", separated));
    }
    CHECK(graded(grader("number"), "so we need " + separated + " bricks.", "12500"));
    const Problem bricks{.id = "", .question = "", .attributes = {{"A", "1 200"}, {"B", separated}, {"C", "125"}}};
    CHECK(graded(grader("choice"), "The answer is 12 500.", "B", bricks));
  }
  expect("number", true,
         {{"7\u2009654\u2009321", "7654321"}, {"12 345.75", "12345.75"}, {"2 100/200", "2.5"}, {"0,500", "0.5"}});
  expect("number", false, {{"10 20 30", "102030"}, {"1,23", "123"}, {"12 345 67", "12345"}});
  expect("math", true, {{"7\\,654\\,321", "7654321"}, {"12\\;345.75", "12345.75"}});
  expect("math", false, {{"(1,234)", "1234"}, {"\\{1 234\\}", "1234"}});
  expect("exact", true, {{"12\u00a0000", "12 000"}, {"New\u202fYork", "new york"}});
}

TEST_CASE("integers are compared exactly unless a tolerance is asked for") {
  for (const char* name : {"number", "math"}) {
    expect(name, false,
           {{"3000001", "3000000"},
            {"4999999", "5000000"},
            {"12345678901234567891", "12345678901234567890"},
            {"10000001", "1e7"},
            {"8000000.5", "8000000"},
            {"0.0000001", "0.0000002"},
            {"-5000001", "-5000000"},
            {"5 million", "5000001"}});
    expect(name, true,
           {{"1,000,000", "1000000"},
            {"7000000.0", "7000000"},
            {"0.333333", "1/3"},
            {"12345678901234567890", "12345678901234567890"}});
  }
  expect("number", true, {{"3.33333", "3.3333333"}, {"3.3333333", "3.33333"}});  // one is the other, rounded
  testing::Settings settings;
  settings.set("tolerance", testing::Settings::Value(1e-6));
  const auto lenient = testing::create<Grader>("number", settings);
  CHECK(graded(*lenient, "3000001", "3000000"));
  CHECK_FALSE(graded(*lenient, "3000010", "3000000"));
}

TEST_CASE("an aside behind an answer is no part of it") {
  for (const std::string_view text :
       {"The answer is 36, which is 12 more than 24.", "The answer is 36 (12 more than 24).",
        "Final answer: 36 apples, which is three times 12.", "#### 36, that is 3 * 12",
        "\\boxed{36}, or 12 more than 24.", "Answer: 36, since 3 * 12 = 36", "The answer is 36, i.e. 3 dozen.",
        "The answer is 36 \u2014 12 more than 24.", "The answer is 36, compared to 24 before.",
        "The answer is 36, up from 24.", "The answer is $36$, which is $12$ more than $24$."}) {
    CAPTURE(text);
    for (const char* name : {"number", "math"}) {
      CHECK(graded(grader(name), text, "36"));
      CHECK_FALSE(graded(grader(name), text, "24"));
      CHECK_FALSE(graded(grader(name), text, "12"));
    }
  }
  expect("number", true,
         {{"She has 36 marbles, which is 12 more than 24.", "36"},
          {"She has 36 marbles. That is 12 more than 24.", "36"},
          {"So he paid $36 (12 more than 24).", "36"},
          {"There are 36 (24 + 12).", "36"},
          {"24 and 12 more, which is 36.", "36"},
          {"She has 24 + 12, which makes 36.", "36"},
          {"That is 30, which is less than 50, so there were less than 50 on day 4.", "4"},
          {"Tom has 4 more apples than Ann.", "4"}});
  expect(
      "math", true,
      {{"She has $36$, which is $12$ more than $24$.", "36"}, {"The answer is $x+1$, where $x$ is her age.", "x+1"}});
  expect("exact", true,
         {{"The answer is Rome, which is in Italy.", "Rome"},
          {"The answer is blue, since green was taken.", "blue"},
          {"Answer: St. Louis", "st. louis"}});
}

TEST_CASE("choices are followed by dashes and stops of all kinds") {
  for (const auto& [text, gold] : std::initializer_list<Case>{{"c. Nice", "C"},
                                                              {"d: Lille", "D"},
                                                              {"b - Paris", "B"},
                                                              {"B \u2013 Paris", "B"},
                                                              {"B\u2014Paris", "B"},
                                                              {"B -- the capital", "B"},
                                                              {"(b) - Paris", "B"},
                                                              {"**B** \u2014 Paris", "B"},
                                                              {"The answer is D \u2014 nothing else fits.", "D"},
                                                              {"The answer is D\u2014it must be.", "D"},
                                                              {"I'd say C \u2014 it is by the sea.", "C"},
                                                              {"I choose A - the oldest.", "A"},
                                                              {"I would pick B, a safe choice.", "B"},
                                                              {"I would pick B: a safe choice.", "B"},
                                                              {"So option D, 4 kg, must be meant; so D, 4 kg.", "D"},
                                                              {"The answer is c because it fits.", "C"},
                                                              {"the answer is b, since it fits", "B"},
                                                              {"The correct option is c.", "C"},
                                                              {"Answer - C", "C"},
                                                              {"The answer\u2019s B.", "B"},
                                                              {"A. A city on two rivers", "A"},
                                                              {"C \u2014 because it is warm.", "C"}}) {
    CAPTURE(text);
    CHECK(graded(grader("choice"), text, gold));
  }
  for (const std::string_view text :
       {"A - B = 4", "a - b = 5", "B \u2013 C", "A \u2014 B", "i. e. the first", "a red one", "B\u201312 is a vitamin",
        "a. one\nb. two", "a: no. b: yes.", "The option is a good one"}) {
    CAPTURE(text);
    CHECK_FALSE(grader("choice").extract(text));
  }
}

TEST_CASE("answers that a grader takes for equal have the same vote, but where an official vote is reproduced") {
  const auto agree = [](const char* name, std::string_view one, std::string_view other) {
    return grader(name).agree(*grader(name).extract(one), *grader(name).extract(other));
  };
  CHECK(agree("math", "\\boxed{\\sqrt{\\frac{1}{m}}}", "\\boxed{\\frac{1}{\\sqrt{m}}}"));
  CHECK(agree("math", "\\boxed{\\sin^2 x + \\cos^2 x}", "\\boxed{1}"));
  CHECK(agree("math", "\\boxed{50\\%}", "\\boxed{50}"));
  CHECK(agree("number", "0.333333", "1/3"));
  CHECK_FALSE(agree("number", "0.333333", "0.333334"));
  CHECK_FALSE(agree("math", "\\boxed{m}", "\\boxed{\\sqrt{m}}"));
  CHECK_FALSE(agree("compat", "5 apples and 3", "5 apples and 4"));
}
