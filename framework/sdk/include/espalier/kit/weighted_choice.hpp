#pragma once

#include <cstddef>
#include <numeric>
#include <vector>

namespace espalier {

/// The place in `weights` (not negative, one of them positive) at which the part `uniform`, in [0, 1), of their sum is
/// reached: place i with probability weights[i] / sum. Places of weight 0 are never chosen, whatever rounding does.
inline std::size_t weighted_choice(const std::vector<double>& weights, double uniform) {
  double left = uniform * std::accumulate(weights.begin(), weights.end(), 0.0);
  std::size_t choice = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] <= 0) continue;
    choice = i;
    if (left < weights[i]) break;
    left -= weights[i];
  }
  return choice;
}

}  // namespace espalier
