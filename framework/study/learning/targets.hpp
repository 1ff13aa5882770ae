#pragma once

#include <espalier/learning.hpp>
#include <espalier/random.hpp>
#include <vector>

#include "study/learning/trees.hpp"
#include "study/stages/fit_params.hpp"

namespace espalier::study {

/// Of two siblings, which did better.
struct SiblingPair {
  std::size_t preferred = 0;  ///< nodes of the tree
  std::size_t other = 0;
};

/// Pairs of siblings whose values differ by at least `margin`, both visited often enough. Every depth gives one pair in
/// turn, the widest gaps of a depth first, so that early agents do not crowd out late ones.
std::vector<SiblingPair> balanced_pairs(const SearchTree& tree, const TargetParams& params);

/// Pairs as the official code mines them: children of a node that say the same (white space aside) count once, the
/// better one; of m >= 2 the lowest min(4, m / 2) are paired with the highest min(4, rest), best first, where the gap
/// exceeds 1e-9; children that were never visited count as 0; depth first, leftmost first, until `pairs` are found. So
/// nearly all of them concern the first agents.
std::vector<SiblingPair> compat_pairs(const SearchTree& tree, const TargetParams& params);

/// What one tree teaches.
///
/// Trajectories are drawn without replacement among those that end at a terminal (or where nothing was visited below),
/// by `key`. A state has the label Q = W / N with its counts, if it was visited often enough; states that several
/// trajectories share weigh as much as others in total. Pairs refer to those trajectories; for states on none of them a
/// trajectory without labels is added. With `complete_only` every trajectory ends at a terminal, and shared states
/// weigh as often as they occur.
TrainingExamples examples_of(const SearchTree& tree, const Topology& topology, const TargetParams& params, Key key);

}  // namespace espalier::study
