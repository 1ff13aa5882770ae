#include <doctest/doctest.h>

#include <espalier/kit/answers/marked_answer.hpp>
#include <string>

using espalier::answers::marked_answers;

namespace {

/// "rule: text" of the most reliable mark.
std::string first_mark(std::string_view text) {
  const auto found = marked_answers(text);
  return found.empty() ? "" : std::string(found[0].rule) + ": " + std::string(found[0].text);
}

}  // namespace

TEST_CASE("a box is the last one whose braces match, with those that are listed with it") {
  CHECK(first_mark("so \\boxed{18}.") == "boxed: 18");
  CHECK(first_mark("\\boxed{1} or \\boxed{\\frac{1}{2}}") == "boxed: 1, \\frac{1}{2}");
  CHECK(first_mark("\\boxed{1}. Then \\boxed{\\frac{1}{2}}") == "boxed: \\frac{1}{2}");
  CHECK(first_mark("\\boxed{1} or \\boxed{2") == "boxed: 1");
  CHECK(first_mark("\\boxed{a\\}b}") == "boxed: a\\}b");
  CHECK(first_mark("\\boxed{}") == "");
}

TEST_CASE("hash marks name what follows them on their line") {
  CHECK(first_mark("text\n#### 72") == "hash mark: 72");
  CHECK(first_mark("#### 1\n#### 2\nmore") == "hash mark: 2");
  CHECK(first_mark("####\n3") == "");
}

TEST_CASE("final-answer phrases are read to the end of their line") {
  CHECK(first_mark("Answer : 18") == "final-answer phrase: 18");
  CHECK(first_mark("The final answer is 5 apples.") == "final-answer phrase: 5 apples.");
  CHECK(first_mark("The answer to the question, in dollars, is: $7") == "final-answer phrase: $7");
  CHECK(first_mark("**Answer:** 12\nBye 3") == "final-answer phrase: 12");
  CHECK(first_mark("Answer:\n\n42\n") == "final-answer phrase: 42");
  CHECK(first_mark("answer: 1, no, the ANSWER = 2") == "final-answer phrase: 2");
  CHECK(first_mark("The answers are 3 and 4") == "final-answer phrase: 3 and 4");
  CHECK(first_mark("I know the answer. There is 1 dog.") == "");
  CHECK(first_mark("unanswered: 4") == "");
}

TEST_CASE("marks come in the order of their reliability") {
  const auto found = marked_answers("Answer: 1\n#### 2\n\\boxed{3}");
  REQUIRE(found.size() == 3);
  CHECK(found[0].text == "3");
  CHECK(found[1].text == "2");
  CHECK(found[2].text == "1");
}

TEST_CASE("long hostile texts are read in linear time") {
  std::string boxes;
  for (int i = 0; i < 20'000; ++i) boxes += "\\boxed{";
  CHECK(marked_answers(boxes).empty());
  std::string words;
  for (int i = 0; i < 150'000; ++i) words += "answer ";
  CHECK(marked_answers(words).empty());
}
