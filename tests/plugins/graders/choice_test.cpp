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

TEST_CASE("choice: letters are found where plain words choose them") {
  const std::vector<Case> cases = {
      {"C is correct.", "C, called correct"},
      {"C is the correct answer", "C, called correct"},
      {"C is the answer", "C, called correct"},
      {"B is incorrect. C is correct.", "C, called correct"},
      {"Option A is wrong. Option B is wrong. Option C is right.", "C, called correct"},
      {"I think **C** seems to be the right choice", "C, called correct"},
      {"While A and B are plausible, C is the most accurate answer.", "C, called correct"},
      {"We can rule out A and C. Between B and D, D is the better choice.", "D, called correct"},
      {"Excluding A, B, and D, C is the answer", "C, called correct"},
      {"Hmm, A seems right at first, but B is correct.", "B, called correct"},
      {"Of these, only option A satisfies it. Option B does not.", "A, named option"},
      {"C\n\nExplanation: the others fail", "C, first label"},
      {"**C**\n\nHere option A and option B fail", "C, bold"},
      {"D) 12\n\nExplanation: 3 times 4 is 12.", "D, first label"},
      {"C, because it is so", "C, whole text"},
      {"C because it is so", "C, whole text"},
      {"Answer C", "C, whole text"},
      {"__C__", "C, whole text"},
      {"### C", "C, whole text"},
      {"C - Paris", "C, whole text"},
      {"C \xe2\x80\x93 42", "C, whole text"},
      {"C: Paris", "C, whole text"},
      {"C (Paris)", "C, whole text"},
      {"C, not B", "C, whole text"},
      {"C, I think.", "C, whole text"},
      {"Most likely C.", "C, whole text"},
      {"C (Paris) is the answer", "C, called correct"},
      {"Since A is false, B is false and D is false, C is correct.", "C, called correct"},
      {"There is no doubt that C is correct.", "C, called correct"},
      {"I'd choose C over B.", "C, closing letter"},
      {"I guess C.", "C, closing letter"},
      {"I don't think the reply is B. It's C.", "C, closing letter"},
      {"A: B", "B, closing letter"},
      {"Ans: C", "C, closing letter"},
      {"Correct: C", "C, closing letter"},
      {"It's C", "C, closing letter"},
      {"It\xe2\x80\x99s C", "C, closing letter"},
      {"By elimination: C.", "C, closing letter"},
      {"I choose C, not B", "C, closing letter"},
      {"I pick C. The others are too small.", "C, closing letter"},
      {"It can't be A or B, so it must be C.", "C, closing letter"},
      {"It isn't A but B.", "B, closing letter"},
      {"Eliminating A, B and D leaves C.", "C, closing letter"},
      {"The answer is probably C", "C, final-answer phrase"},
      {"The answer is clearly C", "C, final-answer phrase"},
      {"The answer is most likely C", "C, final-answer phrase"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.text);
    CHECK(found(each.text) == each.found);
  }
}

TEST_CASE("choice: what is denied, doubted, asked, compared or listed is not chosen") {
  for (const std::string_view text : {"Option A is wrong",
                                      "A: no. B: no. C: yes. D: no.",
                                      "C? No.",
                                      "Option C? I don't think so.",
                                      "Don't choose C",
                                      "Don\xe2\x80\x99t choose C",
                                      "I would not choose C",
                                      "The wrong option is C",
                                      "C is not the answer",
                                      "The answer is not C",
                                      "The answer is not **C**",
                                      "Not (C)",
                                      "(B) is wrong.",
                                      "It may be option C",
                                      "I doubt that C is correct",
                                      "We can rule out option C",
                                      "Eliminated: C",
                                      "C: wrong",
                                      "Option C (incorrect)",
                                      "I don't think the reply is **B**",
                                      "The reply cannot be B.",
                                      "the incorrect reply is B",
                                      "The reply could be (B)",
                                      "The train goes from station A to station B.",
                                      "There are four options: A, B, C, D",
                                      "Should I choose C?",
                                      "I would not choose A or pick B",
                                      "It is I.",
                                      "Options A, B, and C are all wrong",
                                      "A and B are both correct",
                                      "If A is correct, then all are",
                                      "A) 1\nB) 2\nC) 3\nD) 4",
                                      "A\nB\nC",
                                      "C is to the right of B",
                                      "Take vitamin C, since vitamin C is right",
                                      "Hepatitis B is the correct name",
                                      "The option I choose is unclear",
                                      "The answer I got is unclear",
                                      "I, as a model, cannot tell",
                                      "A - B = 5",
                                      "C_1",
                                      "Then C is heated"}) {
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
  CHECK(named(numbers, "Half of it.\nA: 1/2") == "D, option text");
  CHECK(named(numbers, "A: 3") == "A, option text");
  CHECK(named(numbers, "A: 7") == "A, whole text");
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
  const Problem chances{
      .id = "", .question = "", .attributes = {{"A", "0.3"}, {"B", "0.03"}, {"C", "not known"}, {"D", "Paris"}}};
  CHECK(named(chances, "The capital is Paris.") == "D, option text");
  CHECK(named(chances, "Not 0.3. It can't be 0.03, so it's the **Paris**!") == "D, option text");
  CHECK(named(chances, "The probability is 0.3.") == "A, option text");
  CHECK(named(chances, "The probability is 0.30") == "A, option text");
  CHECK(named(chances, "0.300") == "A, option text");
  CHECK(named(chances, "The number is not known.") == "C, option text");
  for (const std::string_view text :
       {"The capital is not Paris.", "The capital could be Paris.", "I don't think it is Paris.",
        "Is the capital Paris?", "It is Paris?", "Paris? No.", "The wrong one is Paris", "It is 0.31", "It is 0.3.1",
        "It is 0.30.1", "One is 0.3, the other is 0.03", "It is Paris or 0.3"}) {
    CAPTURE(text);
    CHECK(named(chances, text) == "none");
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
