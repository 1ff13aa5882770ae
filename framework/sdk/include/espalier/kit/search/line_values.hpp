#pragma once

#include <algorithm>
#include <espalier/kit/search/passes.hpp>
#include <espalier/params.hpp>
#include <espalier/search.hpp>
#include <initializer_list>
#include <numeric>
#include <vector>

namespace espalier {

/// How the values along a line make one: that of the last state, the lowest, their mean, or their product. For the
/// product, values are read as probabilities of success, p = (V + 1) / 2, no less than 1e-6, and the result is put back
/// into [-1, 1].
enum class Aggregate { last, min, product, mean };

inline const std::initializer_list<Choice<Aggregate>> kAggregates = {
    {"last", Aggregate::last}, {"min", Aggregate::min}, {"product", Aggregate::product}, {"mean", Aggregate::mean}};

/// The chance of success that a value stands for; never 0, so that no single doubt outweighs everything.
inline double success_chance(double value) { return std::max(1e-6, (value + 1) / 2); }

/// Requires at least one value.
inline double aggregate(const std::vector<double>& values, Aggregate how) {
  switch (how) {
    case Aggregate::last:
      return values.back();
    case Aggregate::min:
      return *std::min_element(values.begin(), values.end());
    case Aggregate::mean:
      return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    case Aggregate::product: {
      double chance = 1;
      for (const double value : values) chance *= success_chance(value);
      return 2 * chance - 1;
    }
  }
  return values.back();
}

/// Scores finished lines, all states in one batch; only the last ones where no other counts.
inline std::vector<double> score_lines(Episode& episode, ValueModel& model, const std::vector<Line>& lines,
                                       Aggregate how) {
  std::vector<State> states;
  for (const auto& line : lines) {
    states.insert(states.end(), how == Aggregate::last ? line.end() - 1 : line.begin(), line.end());
  }
  const auto values = episode.score(model, states);
  std::vector<double> scores;
  auto value = values.begin();
  for (const auto& line : lines) {
    std::vector<double> path;
    const std::size_t length = how == Aggregate::last ? 1 : line.size();
    for (std::size_t i = 0; i < length; ++i) path.push_back((value++)->mean);
    scores.push_back(aggregate(path, how));
  }
  return scores;
}

}  // namespace espalier
