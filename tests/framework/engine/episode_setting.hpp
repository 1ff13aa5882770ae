#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/episode.hpp"
#include "framework/engine/stand_ins.hpp"

namespace espalier::engine::tests {

/// One problem for a team of two; what they say is the test's business.
struct Setting {
  explicit Setting(Puppet::Say say, EpisodeOptions with_options = {}) : options(with_options) {
    team.agents["first"] = team.agents["second"] = std::make_shared<Puppet>(std::move(say));
  }
  ProblemEpisode episode() const { return {team, item, grader, options}; }
  EpisodeRecord solve(Plan::Solve plan) const { return episode().solve(Plan(std::move(plan))); }

  Team team{std::make_shared<Line>(std::vector<std::string>{"first", "second"}), {}, std::nullopt, std::nullopt};
  Item item{{"p", "What?", {}}, "right"};
  FirstWord grader;
  EpisodeOptions options;
};

inline std::string numbered(const Turn&, const Draw&, int candidate) { return "say " + std::to_string(candidate); }

inline std::vector<State> expand_one(Episode& episode, const State& state, Widths widths) {
  return episode.expand(std::vector{state}, widths).front();
}

inline std::vector<std::string> texts(const std::vector<State>& states) {
  std::vector<std::string> texts;
  for (const auto& state : states) texts.push_back(state.transcript.last().text);
  return texts;
}

}  // namespace espalier::engine::tests
