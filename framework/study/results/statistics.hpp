#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace espalier::study {

/// A 95 % interval.
struct Interval {
  double low = 0.0;
  double high = 0.0;
};

/// How one arm did on every problem, in problem order: the share of its runs (seeds) that were right, in [0, 1].
using Scores = std::vector<double>;

double mean(std::span<const double> values);

/// 95 % interval of the mean score, each score being the mean of `runs` runs, at least 1.
///
/// Wilson's score interval, with the number of problems divided by the design effect s^2 / (p (1 - p)), where s^2 is
/// the variance of the scores over problems. With one run per problem the scores are 0 or 1, the effect is 1 and this
/// is the plain Wilson interval; several seeds per problem narrow it by what they really add, never by more than as
/// many problems would. It has a width at 0 and 100 % too, where resampling has none. Without problems: [0, 1].
Interval accuracy_interval(std::span<const double> scores, double runs);

/// Two arms on the same problems.
struct Paired {
  double difference = 0.0;  ///< mean score of the second minus that of the first
  Interval ci95;            ///< percentiles of the bootstrap, or the adjusted interval; see PairedBootstrap
  double p = 1.0;           ///< exact, two-sided
  std::size_t better = 0;   ///< problems on which the second scored higher
  std::size_t worse = 0;
};

/// Exact McNemar test: the probability, if gains and losses were equally likely, of a split at least as uneven as
/// (`better`, `worse`). Two-sided; 1 when both are 0.
double mcnemar(std::size_t better, std::size_t worse);

/// 95 % interval of the mean of paired differences, each in [-1, 1]: that of Bonett and Price ("Adjusted Wald
/// confidence interval for a difference of binomial proportions based on paired data", 2012), who add one problem that
/// is lost and one that is won to the n observed,
///
///     m = sum d / (n + 2),   s^2 = (sum d^2 + 2) / (n + 2) - m^2,   m -+ 1.96 s / sqrt(n + 2),   cut off at -1 and 1.
///
/// It has a width whatever was observed, be it one problem, or n on which nothing differs: about 1.96 sqrt(2) / n.
Interval adjusted_interval(std::span<const double> differences);

/// How many times a bootstrap draws.
inline constexpr int kResamples = 10'000;

/// Shows `visit` the numbers of as many problems as there are, drawn with replacement, kResamples times. The draws
/// depend on the number of problems only.
void resample(std::size_t problems, const std::function<void(std::span<const std::uint32_t> drawn)>& visit);

/// The paired bootstrap over problems: every resample draws the problems once, for all arms alike, so that differences
/// between arms keep the correlation of their problems. All arms must have the same number of problems. With several
/// seeds the problem stays the unit: its score is a mean over seeds, and McNemar counts it once, by the sign of its
/// difference. The draws depend on the number of problems only, so equal scores give equal intervals.
///
/// Percentiles of a bootstrap only know what was observed: where all problems have one difference, none on most of them
/// being the usual one, they have no width, and where few have another they cover far less than 95 % (of ten problems,
/// one of ten lost: 65 %). Where fewer than kFewest problems have another difference than the most frequent one, the
/// interval is the adjusted one, which covers at least 93 % there.
class PairedBootstrap {
 public:
  static constexpr std::size_t kFewest = 10;

  explicit PairedBootstrap(const std::vector<Scores>& arms);

  Paired compare(std::size_t first, std::size_t second) const;

 private:
  std::vector<Scores> arms_;
  std::vector<std::vector<double>> means_;  ///< [arm][resample]
};

/// The `quantile` of `sorted` values by linear interpolation. Requires a non-empty list.
double quantile(std::span<const double> sorted, double quantile);

}  // namespace espalier::study
