#include "study/learning/judgement_bootstrap.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "study/results/statistics.hpp"
#include "study/tables/summary_legends.hpp"

namespace espalier::study {

/// What one problem, or several, add to the figures.
struct JudgementBootstrap::Part {
  double states = 0.0;
  double square = 0.0;  ///< of errors
  double within = 0.0;  ///< sum of AUCs over groups
  double groups = 0.0;
  CalibrationBins bins;

  void add(const Part& more) {
    states += more.states;
    square += more.square;
    within += more.within;
    groups += more.groups;
    for (std::size_t i = 0; i < bins.size(); ++i) {
      bins[i].said += more.bins[i].said;
      bins[i].found += more.bins[i].found;
    }
  }
};

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// The part of `values` between their 2.5 and 97.5 percentiles; null where none is known, or all are the same up to
/// rounding, as those of one problem are: such resamples say nothing of what other problems would be.
Json interval_of(std::vector<double> values) {
  constexpr double rounding = 1e-9;
  std::erase_if(values, [](double value) { return std::isnan(value); });
  if (values.empty()) return nullptr;
  std::ranges::sort(values);
  if (values.back() - values.front() <= rounding) return nullptr;
  return Json::array({quantile(values, 0.025), quantile(values, 0.975)});
}

}  // namespace

JudgementBootstrap::Figures JudgementBootstrap::figures(const Part& part) {
  double gaps = 0.0;
  for (const auto& bin : part.bins) gaps += std::abs(bin.said - bin.found);
  return {part.states > 0 ? std::sqrt(part.square / part.states) : kUnknown,
          part.groups > 0 ? part.within / part.groups : kUnknown, part.states > 0 ? gaps / part.states : kUnknown};
}

JudgementBootstrap::JudgementBootstrap(const std::vector<std::vector<Judgement>>& models,
                                       std::span<const std::size_t> units) {
  const std::size_t problems = units.empty() ? 0 : std::ranges::max(units) + 1;
  std::vector<std::vector<Part>> parts;  // [model][problem]
  for (const auto& judgements : models) {
    std::vector<Part>& of_model = parts.emplace_back(problems);
    for (std::size_t begin = 0; begin < judgements.size();) {
      std::size_t end = begin;
      Part part;
      for (; end < judgements.size() && judgements[end].problem == judgements[begin].problem; ++end) {
        const double error = judgements[end].value - judgements[end].target;
        part.square += error * error;
        part.states += 1;
      }
      const auto tree = std::span(judgements).subspan(begin, end - begin);
      const auto [share, groups] = auc_within(tree);
      part.within = groups > 0 ? share * static_cast<double>(groups) : 0.0;
      part.groups = static_cast<double>(groups);
      part.bins = bins_of(tree);
      of_model[units[judgements[begin].problem]].add(part);
      begin = end;
    }
    Part all;
    for (const Part& part : of_model) all.add(part);
    whole_.push_back(figures(all));
  }
  resampled_.resize(models.size());
  if (problems == 0) return;
  resample(problems, [&](std::span<const std::uint32_t> drawn) {
    for (std::size_t model = 0; model < parts.size(); ++model) {
      Part sum;
      for (const std::uint32_t problem : drawn) sum.add(parts[model][problem]);
      resampled_[model].push_back(figures(sum));
    }
  });
}

Json JudgementBootstrap::intervals(std::size_t model) const {
  Json intervals;
  for (std::size_t figure = 0; figure < std::size(kFigures); ++figure) {
    std::vector<double> values;
    for (const Figures& one : resampled_[model]) values.push_back(one[figure]);
    intervals[std::string(kFigures[figure])] = interval_of(std::move(values));
  }
  return intervals;
}

Json JudgementBootstrap::compare(std::size_t first, std::size_t second) const {
  Json compared;
  for (std::size_t figure = 0; figure < std::size(kFigures); ++figure) {
    Json& entry = compared[std::string(kFigures[figure])];
    const double difference = whole_[second][figure] - whole_[first][figure];
    if (std::isnan(difference)) continue;
    std::vector<double> values;
    for (std::size_t i = 0; i < resampled_[first].size(); ++i) {
      values.push_back(resampled_[second][i][figure] - resampled_[first][i][figure]);
    }
    entry = object<kFigureDifference>({{"difference", difference}, {"ci95", interval_of(std::move(values))}});
  }
  return compared;
}

}  // namespace espalier::study
