#pragma once

#include <algorithm>
#include <cstdint>

namespace espalier {

/// Most agent calls of a search that draws `candidates` for a state, in a tree of `turns` levels of which it opens at
/// most `limit` states per level: candidates sum_{d < turns} min(limit, candidates^d).
inline std::int64_t call_bound(int turns, std::int64_t candidates, std::int64_t limit) {
  std::int64_t opened = 0;
  std::int64_t level = 1;
  for (int turn = 0; turn < turns; ++turn) {
    opened += level;
    level = std::min(limit, level * candidates);
  }
  return candidates * opened;
}

}  // namespace espalier
