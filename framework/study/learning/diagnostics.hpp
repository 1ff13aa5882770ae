#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "study/json.hpp"

namespace espalier::study {

/// What a value model said of one state, and what its search tree found.
struct Judgement {
  double value = 0.0;   ///< said, in [-1, 1]
  double target = 0.0;  ///< found: mean return
  int visits = 1;
  int successes = 0;
  int depth = 1;     ///< messages
  std::string role;  ///< who spoke last
  std::size_t problem = 0;
  std::size_t parent = 0;  ///< equal for siblings, and for no others
};

/// How often what was said orders two things as what was found; halves for ties.
struct Agreement {
  double share = 0.0;     ///< not known where there are no pairs
  std::size_t pairs = 0;  ///< how many could be compared
};

/// Area under the receiver operating curve: the chance that a state with a positive target was given a higher value
/// than one with a negative target. States with target 0 do not count.
Agreement auc(std::span<const Judgement> judgements);
/// AUC among the states of one depth of one problem, averaged over all such groups that have both kinds: what a search
/// needs, as it never chooses between problems. `pairs`: number of such groups.
Agreement auc_within(std::span<const Judgement> judgements);
/// Pairs of siblings with targets at least `margin` apart that are ordered right.
Agreement sibling_accuracy(std::span<const Judgement> judgements, double margin);

/// All figures of a set of judgements with finite values: rmse, mae, bias, pearson, r2, auc, auc_within, pair_accuracy,
/// brier, ece, saturation and how many there are. What cannot be told is null: every figure of no states, agreements of
/// no pairs, pearson and r2 without spread. Brier and ECE (ten bins of equal width) read values as chances of success,
/// (V + 1) / 2; `saturation` is the share of values so near to 1 or -1 that a search sees ties.
Json figures_of(std::span<const Judgement> judgements);
/// The bins of the reliability diagram: said (mean chance), found (rate of success), states.
Json reliability(std::span<const Judgement> judgements);
/// `figures_of` all, `by_depth` and `by_role`, and `reliability`.
Json diagnose(std::span<const Judgement> judgements);

}  // namespace espalier::study
