#include "study/results/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <cstdint>
#include <espalier/random.hpp>
#include <numeric>
#include <stdexcept>

namespace espalier::study {
namespace {

/// Draws `count` problem numbers of one resample: two from each 64-bit draw. The bias of the multiplication is below
/// count / 2^32.
void draw_problems(const Key& resample, std::vector<std::uint32_t>& chosen) {
  const auto count = static_cast<std::uint64_t>(chosen.size());
  for (std::size_t i = 0; i < chosen.size(); i += 2) {
    const std::uint64_t bits = draw_bits(resample, i / 2);
    chosen[i] = static_cast<std::uint32_t>(((bits >> 32) * count) >> 32);
    if (i + 1 < chosen.size()) chosen[i + 1] = static_cast<std::uint32_t>(((bits & 0xffffffffu) * count) >> 32);
  }
}

/// The 97.5 percentile of the normal distribution.
double normal_975() { return boost::math::quantile(boost::math::normal(), 0.975); }

/// How many of the values are not the most frequent one, rounding aside.
std::size_t unlike_most(std::vector<double> values) {
  for (double& value : values) value = std::round(value * 1e9);
  std::sort(values.begin(), values.end());
  std::size_t most = 0;
  for (auto first = values.begin(); first != values.end();) {
    const auto next = std::upper_bound(first, values.end(), *first);
    most = std::max(most, static_cast<std::size_t>(next - first));
    first = next;
  }
  return values.size() - most;
}

}  // namespace

double mean(std::span<const double> values) {
  if (values.empty()) return 0.0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Interval accuracy_interval(std::span<const double> scores, double runs) {
  if (scores.empty()) return {0.0, 1.0};
  const double p = mean(scores);
  double square = 0.0;
  for (const double score : scores) square += (score - p) * (score - p);
  const double spread = square / static_cast<double>(scores.size());
  const double binomial = p * (1.0 - p);
  double n = static_cast<double>(scores.size());
  if (spread > 0.0 && binomial > 0.0) n *= std::min(runs, binomial / spread);

  const double z = normal_975();
  const double shrink = 1.0 + z * z / n;
  const double centre = (p + z * z / (2.0 * n)) / shrink;
  const double half = z * std::sqrt(binomial / n + z * z / (4.0 * n * n)) / shrink;
  return {p == 0.0 ? 0.0 : std::max(0.0, centre - half), p == 1.0 ? 1.0 : std::min(1.0, centre + half)};
}

Interval adjusted_interval(std::span<const double> differences) {
  double sum = 0.0;
  double square = 2.0;
  for (const double difference : differences) {
    sum += difference;
    square += difference * difference;
  }
  const double n = static_cast<double>(differences.size()) + 2.0;
  const double centre = sum / n;
  const double half = normal_975() * std::sqrt((square / n - centre * centre) / n);
  return {std::max(-1.0, centre - half), std::min(1.0, centre + half)};
}

double mcnemar(std::size_t better, std::size_t worse) {
  const std::size_t changed = better + worse;
  if (changed == 0) return 1.0;
  const boost::math::binomial even(static_cast<double>(changed), 0.5);
  const double tail = boost::math::cdf(even, static_cast<double>(std::min(better, worse)));
  return std::min(1.0, 2.0 * tail);
}

double quantile(std::span<const double> sorted, double quantile) {
  const double at = quantile * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

void resample(std::size_t problems, const std::function<void(std::span<const std::uint32_t>)>& visit) {
  const Key key = Key{}.child("espalier").child("bootstrap");
  std::vector<std::uint32_t> drawn(problems);
  for (int i = 0; i < kResamples; ++i) {
    draw_problems(key.child(static_cast<std::uint64_t>(i)), drawn);
    visit(drawn);
  }
}

PairedBootstrap::PairedBootstrap(const std::vector<Scores>& arms) : arms_(arms), means_(arms.size()) {
  const std::size_t problems = arms.empty() ? 0 : arms.front().size();
  for (const auto& scores : arms) {
    if (scores.size() != problems) throw std::invalid_argument("paired arms must have the same problems");
  }
  if (problems == 0) return;
  resample(problems, [&](std::span<const std::uint32_t> drawn) {
    for (std::size_t arm = 0; arm < arms_.size(); ++arm) {
      double sum = 0.0;
      for (const std::uint32_t problem : drawn) sum += arms_[arm][problem];
      means_[arm].push_back(sum / static_cast<double>(problems));
    }
  });
}

Paired PairedBootstrap::compare(std::size_t first, std::size_t second) const {
  const Scores& a = arms_.at(first);
  const Scores& b = arms_.at(second);
  Paired paired;
  paired.difference = mean(b) - mean(a);
  std::vector<double> by_problem;
  for (std::size_t i = 0; i < a.size(); ++i) {
    by_problem.push_back(b[i] - a[i]);
    if (b[i] > a[i]) ++paired.better;
    if (b[i] < a[i]) ++paired.worse;
  }
  paired.p = mcnemar(paired.better, paired.worse);
  if (unlike_most(by_problem) < kFewest) {
    paired.ci95 = adjusted_interval(by_problem);
    return paired;
  }
  std::vector<double> differences(kResamples);
  for (std::size_t i = 0; i < differences.size(); ++i) differences[i] = means_[second][i] - means_[first][i];
  std::sort(differences.begin(), differences.end());
  paired.ci95 = {quantile(differences, 0.025), quantile(differences, 0.975)};
  return paired;
}

}  // namespace espalier::study
