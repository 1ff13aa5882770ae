#include "word_problems/dialogue.hpp"

#include <doctest/doctest.h>

#include <cctype>
#include <espalier/grader.hpp>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "support/built_plugin.hpp"

using namespace espalier;
using namespace espalier::words;

namespace {

constexpr int kLargest = 99;

Story story(std::uint64_t number) { return draw_story({}, Key{3, 1}.child(number)); }

Dialogue dialogue(const Story& story, std::uint64_t number, double mistakes = 0.5, double haste = 0.5) {
  return Dialogue(story, {haste, {mistakes, {"reader", "planner", "solver", "solver_a"}}}, kLargest,
                  Key{3, 2}.child(number));
}

std::string heard(const Demonstration& said) { return said.heard.value_or(said.text); }

int calculated(int left, char op, int right) {
  switch (op) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    default:
      return right != 0 && left % right == 0 ? left / right : -1;
  }
}

/// What an expression comes to by the rules of arithmetic: "( 11 + a ) * 2", with the values of letters.
class Expression {
 public:
  Expression(const std::string& text, const std::map<char, int>& values) : values_(values) {
    for (const char symbol : text) {
      if (symbol != ' ') text_ += symbol;
    }
  }
  int value() {
    const int result = sum();
    REQUIRE(at_ == text_.size());
    return result;
  }

 private:
  bool sees(std::string_view symbols) const {
    return at_ < text_.size() && symbols.find(text_[at_]) != std::string_view::npos;
  }
  int sum() {
    int result = product();
    while (sees("+-")) {
      const char op = text_[at_++];
      result = calculated(result, op, product());
    }
    return result;
  }
  int product() {
    int result = operand();
    while (sees("*/")) {
      const char op = text_[at_++];
      result = calculated(result, op, operand());
    }
    return result;
  }
  int operand() {
    REQUIRE(at_ < text_.size());
    if (sees("(")) {
      ++at_;
      const int result = sum();
      REQUIRE(sees(")"));
      ++at_;
      return result;
    }
    if (std::isdigit(text_[at_]) == 0) return values_.at(text_[at_++]);
    int number = 0;
    while (at_ < text_.size() && std::isdigit(text_[at_]) != 0) number = 10 * number + (text_[at_++] - '0');
    return number;
  }

  std::string text_;
  const std::map<char, int>& values_;
  std::size_t at_ = 0;
};

/// A plan, read from its words alone: "... a = 11 * 2 ... b = a - 4 ... answer b".
struct WrittenPlan {
  int lines = 0;
  int result = -1;
};

WrittenPlan written_plan(const std::string& text) {
  static const std::regex step("([a-h]) = ([-+*/() 0-9a-h]+)[,;]");
  std::map<char, int> values;
  WrittenPlan found;
  for (std::sregex_iterator at(text.begin(), text.end(), step), end; at != end; ++at, ++found.lines) {
    values[(*at)[1].str()[0]] = Expression((*at)[2], values).value();
  }
  found.result = values.at(text.back());
  return found;
}

struct Written {
  int lines = 0;
  int wrong = 0;    ///< lines whose result is not what they calculate
  int result = -1;  ///< of the last line
};

/// The calculations of a text, read from its words alone.
Written written(const std::string& text) {
  static const std::regex line("([0-9(][-+*/() 0-9]*) = ([0-9]+)");
  Written found;
  for (std::sregex_iterator at(text.begin(), text.end(), line), end; at != end; ++at) {
    ++found.lines;
    found.result = std::stoi((*at)[2]);
    if (Expression((*at)[1], {}).value() != found.result) ++found.wrong;
  }
  return found;
}

bool says(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("every role has a message, other roles have none") {
  const Story told = story(0);
  const Dialogue talk = dialogue(told, 0);
  for (const auto role : Dialogue::roles()) {
    CAPTURE(role);
    REQUIRE(talk.message(role));
    CHECK_FALSE(talk.message(role)->text.empty());
  }
  CHECK_FALSE(talk.message("gardener"));
}

TEST_CASE("a dialogue depends on its key alone") {
  const Story told = story(1);
  for (const auto role : Dialogue::roles()) {
    CHECK(dialogue(told, 1).message(role)->text == dialogue(told, 1).message(role)->text);
    CHECK(dialogue(told, 1).message(role)->heard == dialogue(told, 1).message(role)->heard);
  }
  CHECK(dialogue(told, 1).message("reader")->text != dialogue(told, 5).message("reader")->text);
}

TEST_CASE("the four roles lead to the right answer, mistakes or not, each from its inbox alone") {
  const auto grader = testing::create<Grader>("number");
  int hasty_readings = 0;
  int bent_readings = 0;
  int bent_plans = 0;
  int bent_solutions = 0;
  for (std::uint64_t number = 0; number < 3'000; ++number) {
    const Story told = story(number);
    const Dialogue talk = dialogue(told, number);
    const int answer = told.calculation.answer();
    const auto reader = *talk.message("reader");
    const auto planner = *talk.message("planner");
    const auto solver = *talk.message("solver");
    const auto verifier = *talk.message("verifier");
    CAPTURE(question_text(told));
    CAPTURE(heard(planner));
    CAPTURE(heard(solver));

    // The reader copies what matters, and nothing else; in haste, nothing.
    const bool hasty = says(reader.text, "as told");
    for (const Sentence& sentence : told.sentences) {
      CHECK(says(reader.text, clause(told, sentence)) == (!hasty && sentence.event != Event::aside));
    }
    hasty_readings += hasty ? 1 : 0;
    CHECK((!reader.heard || *reader.heard != reader.text));
    // The planner sees the question, so its plan is right whatever the reader was heard to say.
    CHECK(written_plan(planner.text).result == answer);
    if (planner.heard) CHECK(written_plan(*planner.heard).result != answer);
    // The solver sees the plan alone, and does what it says.
    const Written solved = written(solver.text);
    CHECK(solved.wrong == 0);
    CHECK(solved.result == written_plan(heard(planner)).result);
    CHECK(solved.lines == written_plan(heard(planner)).lines);
    if (solver.heard) CHECK(written(*solver.heard).wrong == 1);
    // The verifier sees question and solution: it approves of a right one and redoes a wrong one.
    const bool right = written(heard(solver)).result == answer;
    CHECK(says(verifier.text, "INCORRECT") == !right);
    if (!right) CHECK(written(verifier.text).result == answer);
    CHECK_FALSE(verifier.heard);
    const auto found = grader->extract(verifier.text);
    REQUIRE(found);
    CHECK(found->rule == "final-answer phrase");
    CHECK(found->canonical == std::to_string(answer));
    CHECK(grader->extract(heard(solver))->canonical == std::to_string(written(heard(solver)).result));

    bent_readings += reader.heard ? 1 : 0;
    bent_plans += planner.heard ? 1 : 0;
    bent_solutions += solver.heard ? 1 : 0;
  }
  for (const int half : {hasty_readings, bent_plans, bent_solutions}) {
    CHECK(half > 1'300);
    CHECK(half < 1'650);
  }
  CHECK(bent_readings > 600);  // of those that are not hasty
  CHECK(bent_readings < 900);
}

TEST_CASE("roles that answer give the right answer") {
  const auto grader = testing::create<Grader>("number");
  for (std::uint64_t number = 0; number < 300; ++number) {
    const Story told = story(number);
    const Dialogue talk = dialogue(told, number);
    for (const auto role :
         {"verifier", "judge", "refiner", "refiner_a", "reviser", "final_judge", "assistant", "solver_a", "solver_b"}) {
      CAPTURE(role);
      CHECK(grader->extract(talk.message(role)->text)->canonical == std::to_string(told.calculation.answer()));
    }
  }
}

TEST_CASE("who judges says so exactly when there is something to say") {
  int unsound = 0;
  for (std::uint64_t number = 0; number < 1'000; ++number) {
    const Story told = story(number);
    const Dialogue talk = dialogue(told, number);
    const std::string solution = heard(*talk.message("solver"));
    const bool wrong = written(solution).wrong > 0;
    unsound += wrong ? 1 : 0;
    for (const auto role : {"evaluator", "critic"}) CHECK(says(talk.message(role)->text, "INCORRECT") == wrong);
    CHECK(says(talk.message("reflector")->text, "keep") == !wrong);
    const int answer = told.calculation.answer();
    const bool agree = written(solution).result == answer && written(heard(*talk.message("solver_a"))).result == answer;
    CHECK(says(talk.message("judge")->text, "DISAGREE") == !agree);
  }
  CHECK(unsound > 300);
}

TEST_CASE("haste puts two steps on a line, no more, and care one") {
  for (std::uint64_t number = 0; number < 300; ++number) {
    const Story told = story(number);
    CAPTURE(question_text(told));
    const auto steps = static_cast<int>(told.plan.size());
    for (const auto role : {"planner", "solver", "solver_b", "assistant", "refiner"}) {
      const auto lines = [&](const Dialogue& talk) {
        const std::string text = talk.message(role)->text;
        return std::string_view(role) == "planner" ? written_plan(text).lines : written(text).lines;
      };
      CHECK(lines(dialogue(told, number, 0.0, 0.0)) == steps);
      const int hurried = lines(dialogue(told, number, 0.0, 1.0));
      CHECK(hurried >= (steps + 1) / 2);
      // Only a step that two others need keeps a line that haste would spare.
      if (!told.question.together_with) CHECK(hurried == (steps + 1) / 2);
    }
  }
}

TEST_CASE("without mistakes nothing is bent") {
  for (std::uint64_t number = 0; number < 200; ++number) {
    const Story told = story(number);
    const Dialogue talk = dialogue(told, number, 0.0);
    for (const auto role : Dialogue::roles()) CHECK_FALSE(talk.message(role)->heard);
    CHECK_FALSE(says(talk.message("verifier")->text, "INCORRECT"));
  }
}

TEST_CASE("messages are worded in many ways") {
  const Story told = story(2);
  std::set<std::string> readings;
  std::set<std::string> plans;
  for (std::uint64_t number = 0; number < 200; ++number) {
    readings.insert(dialogue(told, number, 0.0).message("reader")->text);
    plans.insert(dialogue(told, number, 0.0).message("planner")->text);
  }
  CHECK(readings.size() > 25);
  CHECK(plans.size() > 60);
}
