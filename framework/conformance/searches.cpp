#include <algorithm>

#include "conformance/suites.hpp"
#include "conformance/toy_episode.hpp"

namespace espalier::conformance {
namespace {

using testing::Row;
using testing::ToyEpisode;

std::string chosen_path(const Outcome& outcome) { return outcome.chosen ? outcome.chosen->transcript.path() : "none"; }

void expect_sound(const Outcome& outcome) {
  expect(!outcome.stopped.empty(), "it does not say why it stopped");
  expect(!outcome.chosen || outcome.chosen->terminal(), "the chosen state is not terminal");
  for (const auto& [state, score] : outcome.ranked) expect(state.terminal(), "a ranked state is not terminal");
  if (!outcome.chosen) return;
  const bool listed = std::any_of(outcome.ranked.begin(), outcome.ranked.end(), [&](const Ranked& ranked) {
    return ranked.state.transcript.same(outcome.chosen->transcript);
  });
  expect(listed, "the chosen state is not among the ranked");
}

void expect_consistent_visits(const ToyEpisode& episode) {
  std::map<std::string, int> below;
  for (const auto& [path, note] : episode.notes) {
    if (!note.visits) continue;
    const auto dot = path.rfind('.');
    if (dot != std::string::npos) below[path.substr(0, dot)] += *note.visits;
  }
  for (const auto& [path, visits] : below) {
    const auto parent = episode.notes.find(path);
    if (parent == episode.notes.end() || !parent->second.visits) continue;
    expect(visits <= *parent->second.visits, "the children of " + path + " were visited more often than itself");
  }
}

void expect_foretold(int calls, int turns, std::int64_t most) {
  expect(calls <= most, std::to_string(calls) + " messages in " + std::to_string(turns) +
                            " turns, where its facts allow " + std::to_string(most));
}

}  // namespace

void check_search(Fixture& fixture, Report& report) {
  const auto search = fixture.create<Search>();
  report.property("never exceeds its budget and chooses a terminal state or none", [&] {
    for (int budget = 0; budget <= 40; ++budget) {
      ToyEpisode episode({.topology = std::make_shared<Row>(4), .gold = "1 0 1 0", .budget = budget});
      expect_sound(search->solve(episode));  // the episode throws when it is asked for more
    }
  });
  report.property("chooses a terminal state when the budget suffices for one line", [&] {
    ToyEpisode exact({.topology = std::make_shared<Row>(4), .budget = 4});
    expect(search->solve(exact).chosen.has_value(), "4 calls on a row of 4 turns gave nothing");
    ToyEpisode plenty({.topology = std::make_shared<Row>(4)});
    expect(search->solve(plenty).chosen.has_value(), "an unlimited budget gave nothing");
  });
  report.property("keeps its budget and ends a line where nobody knows how long lines are", [&] {
    for (int budget = 4; budget <= 40; ++budget) {
      ToyEpisode episode({.topology = std::make_shared<Row>(4), .budget = budget, .longest = 0});
      const auto outcome = search->solve(episode);
      expect_sound(outcome);
      expect(outcome.chosen.has_value(), std::to_string(budget) + " calls for lines of 4 turns gave nothing");
    }
  });
  report.property("draws no more messages than its facts foretell", [&] {
    const auto facts = fixture.facts<Search>();
    for (int turns = 0; facts.calls && turns <= 4; ++turns) {
      ToyEpisode episode({.topology = std::make_shared<Row>(turns)});
      search->solve(episode);
      expect_foretold(episode.calls, turns, facts.calls(turns));
    }
  });
  report.property("draws at most one line more than that where nobody knows how long lines are", [&] {
    const auto facts = fixture.facts<Search>();
    for (int turns = 0; facts.calls && turns <= 4; ++turns) {
      ToyEpisode episode({.topology = std::make_shared<Row>(turns), .longest = 0});
      search->solve(episode);
      expect_foretold(episode.calls, turns, facts.calls(turns) + turns);
    }
  });
  report.property("takes a problem that is over before it begins", [&] {
    ToyEpisode episode({.topology = std::make_shared<Row>(0)});
    expect_sound(search->solve(episode));
    expect(episode.calls == 0, "it drew messages");
  });
  report.property("keeps visit counts consistent", [&] {
    ToyEpisode episode({.topology = std::make_shared<Row>(3), .gold = "1 0 1"});
    search->solve(episode);
    expect_consistent_visits(episode);
  });
  report.property("two searches made alike choose alike, whatever was solved before", [&] {
    ToyEpisode one({.topology = std::make_shared<Row>(3), .gold = "1 0 1"});
    ToyEpisode other({.topology = std::make_shared<Row>(3), .gold = "1 0 1"});
    const auto first = search->solve(one);
    expect(chosen_path(first) == chosen_path(fixture.create<Search>()->solve(other)), "they choose differently");
    expect(one.calls == other.calls, "they draw different numbers of messages");
  });
  if (!fixture.takes("value", ValueModel::kind)) return;
  report.property("chooses the right answer of those it drew when it knows the true reward", [&] {
    host::Node patch;
    patch.set("value", host::Node()).set("type", host::Node("reference"));
    for (const std::string gold : {"0", "1"}) {
      ToyEpisode episode({.topology = std::make_shared<Row>(1), .gold = gold});
      const auto outcome = fixture.create<Search>(patch)->solve(episode);
      const bool right = outcome.chosen && episode.correct(*outcome.chosen);
      expect(right || !episode.drew_gold,
             "it drew the right answer, candidate " + gold + ", and chose " + chosen_path(outcome));
    }
  });
}

}  // namespace espalier::conformance
