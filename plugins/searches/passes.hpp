#pragma once

#include <algorithm>
#include <espalier/search.hpp>
#include <vector>

namespace espalier {

/// A line of play: the states after its first, second, ... message. Never empty, but for a line whose root is terminal
/// it holds just that root.
using Line = std::vector<State>;

/// How many turns a state is away from a terminal at most, as far as its graph tells; at least 1 before a terminal.
inline int turns_left(const State& state) {
  if (state.terminal()) return 0;
  const int nodes = static_cast<int>(state.topology->graph().nodes.size());
  return std::max(1, nodes - state.transcript.depth());
}

/// How many candidates of a turn can be drawn, up to `wanted`, such that one of them can still be carried to a
/// terminal; 1 when the budget is too small for that and holds a call; 0 when it holds none.
inline int affordable_candidates(const Episode& episode, const State& state, int wanted) {
  const int reserve = turns_left(state) - 1;
  const int room = episode.affordable(wanted + reserve) - reserve;
  return room >= 1 ? room : std::min(1, episode.affordable(1));
}

/// Extends all lines by candidate 0 at every turn until they are terminal, in one batch per turn. Lines the budget does
/// not suffice for are dropped, the last ones first. Returns the finished ones.
inline std::vector<Line> finish_lines(Episode& episode, std::vector<Line> lines) {
  while (true) {
    std::vector<State> tips;
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].back().terminal()) continue;
      open.push_back(i);
      tips.push_back(lines[i].back());
    }
    if (open.empty()) return lines;
    const auto room = static_cast<std::size_t>(episode.affordable(static_cast<int>(open.size())));
    while (open.size() > room) {
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(open.back()));
      open.pop_back();
      tips.pop_back();
    }
    if (open.empty()) continue;
    const auto next = episode.expand(tips, {.first = 0, .count = 1});
    for (std::size_t i = 0; i < open.size(); ++i) lines[open[i]].push_back(next[i].front());
  }
}

struct Passes {
  std::vector<Line> lines;  ///< finished, in candidate order
  bool complete = true;     ///< false: the budget ended first
};

/// Runs `count` straight passes: candidates 0 .. count-1 of the first turn, candidate 0 of every later one. As many are
/// started at once as the budget can surely finish; what is left over goes to further ones.
inline Passes run_passes(Episode& episode, int count) {
  const State root = episode.root();
  if (root.terminal()) return {.lines = {{root}}};
  Passes passes;
  const int length = turns_left(root);
  for (int started = 0; started < count;) {
    int width = episode.affordable((count - started) * length) / length;
    if (width == 0 && passes.lines.empty()) width = std::min(1, episode.affordable(1));
    if (width == 0) break;
    std::vector<Line> lines;
    const auto drawn = episode.expand(std::vector{root}, {.first = started, .count = width});
    for (const auto& state : drawn.front()) lines.push_back({state});
    started += width;
    const std::size_t begun = lines.size();
    lines = finish_lines(episode, std::move(lines));
    passes.complete = passes.complete && lines.size() == begun;
    std::move(lines.begin(), lines.end(), std::back_inserter(passes.lines));
    if (!passes.complete) return passes;
    passes.complete = started == count;
  }
  passes.complete = passes.complete && !passes.lines.empty();
  return passes;
}

}  // namespace espalier
