#include <doctest/doctest.h>

#include <stdexcept>

#include "engine/stored_model.hpp"
#include "framework/engine/episode_setting.hpp"

using namespace espalier;
using namespace espalier::engine;
using namespace espalier::engine::tests;

TEST_CASE("a node that its graph does not name is called by its role and number") {
  /// Knows its nodes only when they speak, as graphs that a problem makes do; the second one has an empty name.
  struct Unnamed final : Topology {
    const Graph& graph() const override { return graph_; }
    std::optional<Turn> next(const Problem& problem, const Transcript& transcript) const override {
      auto turn = line.next(problem, transcript);
      if (turn) turn->node = transcript.empty() ? 7 : 0;
      return turn;
    }
    std::string answer(const Problem& problem, const Transcript& transcript) const override {
      return line.answer(problem, transcript);
    }
    Line line{{"first", "second"}};
    Graph graph_{.nodes = {{"", "second"}}, .edges = {}};
  };
  Setting setting(numbered);
  setting.team.topology = std::make_shared<Unnamed>();
  const auto record = setting.solve([](Episode& episode) {
    expand_one(episode, expand_one(episode, episode.root(), {}).front(), {});
    return Outcome{};
  });
  REQUIRE(!record.error);
  CHECK(record.find("0")->name == "first 7");
  CHECK(record.find("0.0")->name == "second 0");
}

TEST_CASE("a record holds the tree, the choice and its grade") {
  EpisodeOptions options;
  options.seed = 17;
  options.run_key = Key{17, 0}.child("espalier");
  Setting setting(
      [](const Turn&, const Draw&, int candidate) { return std::string(candidate == 1 ? "right x" : "wrong y"); },
      options);
  MeanLogprob value;
  const auto record = setting.solve([&](Episode& episode) {
    CHECK(episode.key() == options.run_key.child("p"));
    CHECK(episode.root().transcript.key() == episode.key());
    const auto first = expand_one(episode, episode.root(), {0, 2});
    const auto last = expand_one(episode, first[1], {0, 2});
    episode.score(value, last);
    episode.note(episode.root(), {.value = 0.25, .visits = 2});
    episode.note(first[1], {.value = 0.5, .prior = 0.1, .visits = 2, .more = {{"bonus", 3.0}}});
    episode.simulation(std::vector{first[1], last[0]}, -1);
    episode.simulation(std::vector{first[1], last[1]}, 1);
    return Outcome{last[1], {{last[1], 0.9}, {last[0], -0.9}}, "enough"};
  });
  CHECK(!record.error);
  CHECK(record.seed == 17);
  CHECK(record.gold == "right");
  CHECK(record.stopped == "enough");
  CHECK(record.chosen == "1.1");
  CHECK(record.answer->canonical == "right");
  CHECK(record.correct);
  CHECK(record.root->visits == 2);
  REQUIRE(record.ranked.size() == 2);
  CHECK(record.ranked[0].correct);
  CHECK(!record.ranked[1].correct);
  REQUIRE(record.nodes.size() == 4);
  const NodeRecord& node = *record.find("1");
  CHECK(node.name == "the first");
  CHECK(node.role == "first");
  CHECK(node.visits == 2);
  CHECK(node.successes == 1);
  CHECK(node.note->more.at("bonus") == 3.0);
  CHECK(!node.scored);
  CHECK(!node.terminal);
  CHECK(record.find("1.1")->terminal);
  CHECK(record.find("1.1")->scored);
  CHECK(record.find("1.1")->answer->canonical == "right");
  CHECK(record.find("1.1")->correct);
  CHECK(!record.find("1.0")->correct);
  CHECK(record.find("7") == nullptr);
  CHECK(record.milestones.back().correct);
}

TEST_CASE("trees and tokens are left out of records on request") {
  auto backend = std::make_shared<DiceBackend>();
  const Team team = line_of_talkers(make_language_model(backend, {"dice", "dice"}, nullptr), {"first"});
  const auto items = problems(1);
  const FirstWord grader;
  MeanLogprob value;
  const Plan plan([&](Episode& episode) { return beam(episode, value, 1, 2); });
  const auto solve = [&](bool tree, bool tokens) {
    EpisodeOptions options;
    options.keep_tree = tree;
    options.keep_tokens = tokens;
    return ProblemEpisode(team, items[0], grader, options).solve(plan);
  };
  CHECK(solve(false, false).nodes.empty());
  CHECK(solve(false, false).chosen);
  const auto lean = solve(true, false);
  const auto full = solve(true, true);
  CHECK(lean.nodes[0].message.tokens.empty());
  CHECK(lean.nodes[0].tokens == std::ssize(full.nodes[0].message.tokens));
  double sum = 0;
  for (const float logprob : full.nodes[0].message.logprobs) sum += logprob;
  CHECK(lean.nodes[0].logprob == sum);
}

TEST_CASE("a gold answer that cannot be read is an error naming the problem") {
  Setting setting(numbered);
  setting.item.gold = "";
  CHECK_THROWS_WITH_AS(setting.episode(), "problem 'p': the grader cannot read its gold answer ''",
                       std::invalid_argument);
}
