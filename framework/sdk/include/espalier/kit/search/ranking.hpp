#pragma once

#include <algorithm>
#include <espalier/search.hpp>
#include <string>
#include <vector>

namespace espalier {

/// Sorts terminals by score, best first; equal ones keep their order.
inline std::vector<Ranked> ranked_by_score(std::vector<Ranked> terminals) {
  std::stable_sort(terminals.begin(), terminals.end(),
                   [](const Ranked& a, const Ranked& b) { return a.score > b.score; });
  return terminals;
}

/// The outcome that chooses the first of a ranking; nothing when it is empty.
inline Outcome first_of(std::vector<Ranked> ranked, std::string stopped) {
  Outcome outcome{.chosen = {}, .ranked = std::move(ranked), .stopped = std::move(stopped)};
  if (!outcome.ranked.empty()) outcome.chosen = outcome.ranked.front().state;
  return outcome;
}

}  // namespace espalier
