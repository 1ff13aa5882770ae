#include "study/learning/diagnostics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>

#include "study/tables/summary_legends.hpp"

namespace espalier::study {
namespace {

constexpr double kBins = std::tuple_size_v<CalibrationBins>;
constexpr double kSaturated = 0.999;
constexpr double kPairMargin = 0.1;

double chance(const Judgement& judgement) { return (judgement.value + 1) / 2; }
double rate(const Judgement& judgement) {
  return static_cast<double>(judgement.successes) / std::max(1, judgement.visits);
}

template <class Part>
std::map<Part, std::vector<Judgement>> grouped(std::span<const Judgement> judgements, Part Judgement::*part) {
  std::map<Part, std::vector<Judgement>> groups;
  for (const auto& judgement : judgements) groups[judgement.*part].push_back(judgement);
  return groups;
}

/// Sums over pairs (value, target), for the figures of a regression.
struct Moments {
  double count = 0, said = 0, found = 0, said2 = 0, found2 = 0, both = 0, absolute = 0, square = 0;

  void add(double value, double target) {
    const double error = value - target;
    count += 1;
    said += value;
    found += target;
    said2 += value * value;
    found2 += target * target;
    both += value * target;
    absolute += std::abs(error);
    square += error * error;
  }
  double variance_of_found() const { return found2 / count - found / count * (found / count); }
  Json pearson() const {
    const double spread = (said2 / count - said / count * (said / count)) * variance_of_found();
    return spread > 1e-18 ? Json((both / count - said / count * (found / count)) / std::sqrt(spread)) : Json();
  }
  Json r2() const { return variance_of_found() > 1e-18 ? Json(1 - square / count / variance_of_found()) : Json(); }
};

Json share_of(const Agreement& agreement) { return agreement.pairs > 0 ? Json(agreement.share) : Json(); }

}  // namespace

CalibrationBins bins_of(std::span<const Judgement> judgements) {
  CalibrationBins bins;
  for (const auto& judgement : judgements) {
    const auto place = static_cast<std::size_t>(std::clamp(chance(judgement) * kBins, 0.0, kBins - 1.0));
    bins[place].said += chance(judgement);
    bins[place].found += rate(judgement);
    bins[place].count += 1;
  }
  return bins;
}

Agreement auc(std::span<const Judgement> judgements) {
  // Mann and Whitney: ranks of the positives among all, ties sharing their mean rank.
  std::vector<std::pair<double, bool>> ordered;
  for (const auto& judgement : judgements) {
    if (judgement.target != 0.0) ordered.emplace_back(judgement.value, judgement.target > 0);
  }
  std::ranges::sort(ordered, {}, [](const auto& entry) { return entry.first; });
  double ranks = 0;
  double positives = 0;
  for (std::size_t begin = 0; begin < ordered.size();) {
    std::size_t end = begin;
    double here = 0;
    for (; end < ordered.size() && ordered[end].first == ordered[begin].first; ++end) here += ordered[end].second;
    ranks += here * (static_cast<double>(begin + end - 1) / 2 + 1);
    positives += here;
    begin = end;
  }
  const double negatives = static_cast<double>(ordered.size()) - positives;
  if (positives == 0 || negatives == 0) return {};
  return {(ranks - positives * (positives + 1) / 2) / (positives * negatives),
          static_cast<std::size_t>(positives * negatives)};
}

Agreement auc_within(std::span<const Judgement> judgements) {
  double sum = 0;
  std::size_t groups = 0;
  for (const auto& [problem, own] : grouped(judgements, &Judgement::problem)) {
    for (const auto& [depth, peers] : grouped(std::span<const Judgement>(own), &Judgement::depth)) {
      const auto [share, pairs] = auc(peers);
      if (pairs == 0) continue;
      sum += share;
      ++groups;
    }
  }
  return groups == 0 ? Agreement{} : Agreement{sum / static_cast<double>(groups), groups};
}

Agreement sibling_accuracy(std::span<const Judgement> judgements, double margin) {
  double right = 0;
  std::size_t pairs = 0;
  for (const auto& [parent, siblings] : grouped(judgements, &Judgement::parent)) {
    for (std::size_t i = 0; i < siblings.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        const double found = siblings[i].target - siblings[k].target;
        if (std::abs(found) < std::max(margin, 1e-12)) continue;
        const double said = siblings[i].value - siblings[k].value;
        right += said == 0 ? 0.5 : (said > 0) == (found > 0) ? 1.0 : 0.0;
        ++pairs;
      }
    }
  }
  return pairs == 0 ? Agreement{} : Agreement{right / static_cast<double>(pairs), pairs};
}

Json figures_of(std::span<const Judgement> judgements) {
  Moments moments;
  double brier = 0;
  double saturated = 0;
  for (const auto& judgement : judgements) {
    moments.add(judgement.value, judgement.target);
    const double p = chance(judgement);
    brier += rate(judgement) * (1 - p) * (1 - p) + (1 - rate(judgement)) * p * p;
    saturated += std::abs(judgement.value) > kSaturated;
  }
  const auto mean = [&](double sum) { return moments.count > 0 ? Json(sum / moments.count) : Json(); };
  double ece = 0;
  for (const auto& bin : bins_of(judgements)) ece += std::abs(bin.said - bin.found);
  const Agreement within = auc_within(judgements);
  const Agreement pairs = sibling_accuracy(judgements, kPairMargin);
  return object<kFigures>({{"states", judgements.size()},
                           {"rmse", moments.count > 0 ? Json(std::sqrt(moments.square / moments.count)) : Json()},
                           {"mae", mean(moments.absolute)},
                           {"bias", mean(moments.said - moments.found)},
                           {"pearson", moments.pearson()},
                           {"r2", moments.r2()},
                           {"auc", share_of(auc(judgements))},
                           {"auc_within", share_of(within)},
                           {"auc_groups", within.pairs},
                           {"pair_accuracy", share_of(pairs)},
                           {"pairs", pairs.pairs},
                           {"brier", mean(brier)},
                           {"ece", mean(ece)},
                           {"saturation", mean(saturated)}});
}

Json reliability(std::span<const Judgement> judgements) {
  Json bins = Json::array();
  for (const auto& bin : bins_of(judgements)) {
    if (bin.count == 0) continue;
    bins.push_back(
        object<kBin>({{"said", bin.said / bin.count}, {"found", bin.found / bin.count}, {"states", bin.count}}));
  }
  return bins;
}

Json diagnose(std::span<const Judgement> judgements) {
  Json figures = figures_of(judgements);
  for (const auto& [depth, own] : grouped(judgements, &Judgement::depth)) {
    field<kDiagnosis>(figures, "by_depth")[std::to_string(depth)] = figures_of(own);
  }
  for (const auto& [role, own] : grouped(judgements, &Judgement::role))
    field<kDiagnosis>(figures, "by_role")[role] = figures_of(own);
  field<kDiagnosis>(figures, "reliability") = reliability(judgements);
  return figures;
}

}  // namespace espalier::study
