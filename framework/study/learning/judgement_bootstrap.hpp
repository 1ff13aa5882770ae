#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "study/json.hpp"
#include "study/learning/diagnostics.hpp"

namespace espalier::study {

/// What several value models said of the same states, resampled by problem: every resample draws the problems once, for
/// all models alike, so that differences between models keep what their problems have in common.
class JudgementBootstrap {
 public:
  /// The figures that have intervals, as figures_of calls them.
  static constexpr std::string_view kFigures[] = {"rmse", "auc_within", "ece"};

  /// `models`: one list of judgements per value model, of the same states in the same order. `units`: for every number
  /// that a judgement has as its problem, the number of the problem that is drawn, from 0; trees of one problem with
  /// several seeds share it.
  JudgementBootstrap(const std::vector<std::vector<Judgement>>& models, std::span<const std::size_t> units);

  /// The 95 % intervals of a model: [low, high] by figure; null where there is nothing to take it of,
  /// and where it would have no width, as of one problem.
  Json intervals(std::size_t model) const;
  /// Figures of `second` minus those of `first`: {difference, ci95} by figure, or null.
  Json compare(std::size_t first, std::size_t second) const;

 private:
  struct Part;
  using Figures = std::vector<double>;  ///< one per figure; NaN where there is nothing to take it of
  static Figures figures(const Part& part);

  std::vector<Figures> whole_;                   ///< [model]
  std::vector<std::vector<Figures>> resampled_;  ///< [model][resample]
};

}  // namespace espalier::study
