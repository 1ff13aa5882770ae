#pragma once

#include <espalier/search.hpp>
#include <set>
#include <string_view>
#include <vector>

namespace espalier {

/// Keeps the first of those candidates of one turn that say the same, word for word.
inline std::vector<State> distinct_texts(std::vector<State> candidates) {
  std::set<std::string_view> seen;  // views into messages that the states keep alive
  std::vector<State> kept;
  for (auto& candidate : candidates) {
    if (seen.insert(candidate.transcript.last().text).second) kept.push_back(std::move(candidate));
  }
  return kept;
}

}  // namespace espalier
