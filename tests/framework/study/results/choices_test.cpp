#include "study/results/choices.hpp"

#include <doctest/doctest.h>

#include "study/results/summary.hpp"

using namespace espalier;
using namespace espalier::study;

namespace {

/// A final message that was drawn.
struct End {
  bool correct = false;
  std::optional<double> value;
};

/// A problem on which the end number `chosen` was chosen; -1: none.
engine::EpisodeRecord record(std::vector<End> ends, int chosen) {
  engine::EpisodeRecord made;
  made.problem.id = std::to_string(ends.size());
  for (const auto& end : ends) {
    engine::NodeRecord node;
    node.path = std::to_string(made.nodes.size());
    node.terminal = true;
    node.correct = end.correct;
    if (end.value) node.scored = Value{.mean = *end.value};
    made.nodes.push_back(std::move(node));
  }
  if (chosen < 0) return made;
  made.chosen = std::to_string(chosen);
  made.correct = ends[static_cast<std::size_t>(chosen)].correct;
  return made;
}

ArmResult arm(std::string name, std::vector<engine::EpisodeRecord> records, bool oracle = false) {
  ArmResult made{.name = std::move(name), .oracle = oracle, .seeds = {{}}};
  Selection selection;
  for (const auto& one : records) {
    selection.items.push_back({.problem = one.problem});
    made.count(0, result_of(one, {}));
  }
  made.problems = std::make_shared<const Selection>(std::move(selection));
  return made;
}

const std::vector<engine::EpisodeRecord> kGuidedRecords = {
    record({{true, 0.5}, {false, 0.25}}, 0),     // right
    record({{true, 0.125}, {false, 0.75}}, 1),   // passed over
    record({{false, 0.5}, {true, -0.5}}, -1),    // right drawn, none chosen
    record({{false, 0.25}, {false, -0.25}}, 0),  // no right one
    record({{true, 0.25}}, 0)};                  // right

const ArmResult kGuided = arm("guided", kGuidedRecords);

}  // namespace

TEST_CASE("problems are told apart by what was drawn and what was chosen") {
  const Json choice = kGuided.choices.json();
  CHECK(choice.at("chosen_right") == 2);
  CHECK(choice.at("passed_over") == 2);
  CHECK(choice.at("not_drawn") == 1);
  CHECK(choice.at("passed_over_share") == 0.5);
  CHECK(choice.at("value_right").get<double>() == doctest::Approx(0.375));
  CHECK(choice.at("value_wrong").get<double>() == doctest::Approx(0.5));
}

TEST_CASE("every seed counts, and problems that failed do not") {
  ArmResult twice = kGuided;
  for (const auto& one : kGuidedRecords) twice.count(0, result_of(one, {}));
  auto failed = record({{true, 0.5}, {false, 0.25}}, -1);
  failed.error = "something broke";
  twice.count(0, result_of(failed, {}));
  const Json choice = twice.choices.json();
  CHECK(choice.at("chosen_right") == 4);
  CHECK(choice.at("passed_over") == 4);
  CHECK(choice.at("not_drawn") == 2);
}

TEST_CASE("where nothing was scored no value chose, and where nothing was drawn there is no share") {
  CHECK(arm("blind", {record({{true, {}}, {false, {}}}, 1)}).choices.json().is_null());
  const Json choice = arm("hopeless", {record({{false, 0.5}}, 0)}).choices.json();
  CHECK(choice.at("passed_over_share").is_null());
  CHECK(choice.at("value_right").is_null());
  CHECK(choice.at("value_wrong") == 0.5);
}

TEST_CASE("every further value model has figures of its own, and none where there is one only") {
  auto right = record({{true, 0.5}, {false, 0.25}}, 0);
  right.nodes[0].scored_by_others["values.orm"] = Value{.mean = 0.75};
  right.nodes[1].scored_by_others["values.late"] = Value{.mean = 1.0};  // never of a chosen one
  const auto wrong = record({{false, 0.5}}, 0);
  const ArmResult two = arm("two", {right, wrong});
  const Json others = two.choices.json().at("other_values");
  CHECK(others.at("values.orm").at("value_right") == 0.75);
  CHECK(others.at("values.orm").at("value_wrong").is_null());
  CHECK(others.at("values.late").at("value_right").is_null());
  CHECK(!kGuided.choices.json().contains("other_values"));
  const std::string text = choice_table(summarise({two, kGuided}));
  CHECK_MESSAGE(text.find("two                      50.0          0.0       +0.50       +0.50\n"
                          "  by values.late                                     -           -\n"
                          "  by values.orm                                  +0.75           -\n"
                          "guided  ") != std::string::npos,
                text);
  CHECK(text.find("; by: what further value models said of them\n") != std::string::npos);
  CHECK(choice_table(summarise({kGuided})).find("; by:") == std::string::npos);
}

TEST_CASE("the table shows arms that values guided, and is left out where only oracles were") {
  const ArmResult blind = arm("blind", {record({{true, {}}}, 0)});
  const ArmResult oracle = arm("seer", {record({{true, 1.0}, {false, -1.0}}, 0)}, true);
  const std::string text = choice_table(summarise({blind, kGuided, oracle}));
  CHECK(text.find("blind") == std::string::npos);
  CHECK(text.find("guided                   80.0         50.0       +0.38       +0.50") != std::string::npos);
  CHECK(text.find("seer [oracle]           100.0          0.0       +1.00           -") != std::string::npos);
  CHECK(choice_table(summarise({blind, oracle})).empty());
}
