#pragma once

#include <algorithm>
#include <espalier/kit/search/horizon.hpp>
#include <espalier/search.hpp>
#include <vector>

namespace espalier {

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
  Horizon horizon(episode);
  Passes passes;
  if (auto pass = horizon.pass(); !pass.empty()) passes.lines.push_back(std::move(pass));
  for (auto started = static_cast<int>(passes.lines.size()); started < count;) {
    const int length = horizon.turns_left(root);
    int width = episode.affordable((count - started) * length) / length;
    if (width == 0 && passes.lines.empty()) width = std::min(1, episode.affordable(1));
    if (width == 0) {
      passes.complete = false;
      break;
    }
    std::vector<Line> lines;
    const auto drawn = episode.expand(std::vector{root}, {.first = started, .count = width});
    for (const auto& state : drawn.front()) lines.push_back({state});
    started += width;
    const std::size_t begun = lines.size();
    lines = finish_lines(episode, std::move(lines));
    passes.complete = lines.size() == begun;
    for (const auto& line : lines) horizon.saw(line.back());
    std::move(lines.begin(), lines.end(), std::back_inserter(passes.lines));
    if (!passes.complete) break;
  }
  return passes;
}

}  // namespace espalier
