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

Dialogue dialogue(const Story& story, std::uint64_t number, double mistakes = 0.5) {
  return Dialogue(story, {mistakes, {"reader", "planner", "solver", "solver_a"}}, kLargest, Key{3, 2}.child(number));
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

/// What a plan comes to, read from its words alone: "... a = 11 * 2 ... b = a - 4 ... answer b".
int result_of_plan(const std::string& text) {
  static const std::regex step("([a-h]) = ([a-h]|[0-9]+) ([-+*/]) ([a-h]|[0-9]+)");
  std::map<std::string, int> values;
  const auto value = [&](const std::string& operand) {
    return std::isdigit(operand[0]) != 0 ? std::stoi(operand) : values.at(operand);
  };
  for (std::sregex_iterator at(text.begin(), text.end(), step), end; at != end; ++at) {
    values[(*at)[1]] = calculated(value((*at)[2]), (*at)[3].str()[0], value((*at)[4]));
  }
  return values.at(text.substr(text.size() - 1));
}

struct Written {
  int lines = 0;
  int wrong = 0;    ///< lines whose result is not what they calculate
  int result = -1;  ///< of the last line
};

/// The calculations of a text, read from its words alone.
Written written(const std::string& text) {
  static const std::regex line("([0-9]+) ([-+*/]) ([0-9]+) = ([0-9]+)");
  Written found;
  for (std::sregex_iterator at(text.begin(), text.end(), line), end; at != end; ++at) {
    ++found.lines;
    found.result = std::stoi((*at)[4]);
    if (calculated(std::stoi((*at)[1]), (*at)[2].str()[0], std::stoi((*at)[3])) != found.result) ++found.wrong;
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

    // The reader copies what matters, and nothing else.
    for (const Sentence& sentence : told.sentences) {
      CHECK(says(reader.text, clause(told, sentence)) == (sentence.event != Event::aside));
    }
    CHECK((!reader.heard || *reader.heard != reader.text));
    // The planner sees the question, so its plan is right whatever the reader was heard to say.
    CHECK(result_of_plan(planner.text) == answer);
    if (planner.heard) CHECK(result_of_plan(*planner.heard) != answer);
    // The solver sees the plan alone, and does what it says.
    const Written solved = written(solver.text);
    CHECK(solved.wrong == 0);
    CHECK(solved.result == result_of_plan(heard(planner)));
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
  for (const int bent : {bent_readings, bent_plans, bent_solutions}) {
    CHECK(bent > 1'300);
    CHECK(bent < 1'650);
  }
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
