#include "study/results/statistics.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <espalier/random.hpp>
#include <stdexcept>

using namespace espalier::study;

namespace {

Scores share(std::size_t right, std::size_t problems) {
  Scores scores(problems, 0.0);
  std::fill_n(scores.begin(), right, 1.0);
  return scores;
}

/// The two-sided probability, counted out over all 2^n equally likely sign patterns.
double counted_mcnemar(unsigned better, unsigned worse) {
  const unsigned n = better + worse;
  const unsigned rare = std::min(better, worse);
  std::size_t extreme = 0;
  for (std::size_t pattern = 0; pattern < (std::size_t{1} << n); ++pattern) {
    const auto ones = static_cast<unsigned>(__builtin_popcountll(pattern));
    extreme += ones <= rare || ones >= n - rare;
  }
  return std::min(1.0, static_cast<double>(extreme) / static_cast<double>(std::size_t{1} << n));
}

}  // namespace

TEST_CASE("the accuracy interval is Wilson's for one run per problem") {
  // Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
  struct {
    std::size_t right, problems;
    double low, high;
  } const published[] = {
      {81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0.0000, 0.1611}, {1, 29, 0.0061, 0.1718}};
  for (const auto& row : published) {
    const Interval interval = accuracy_interval(share(row.right, row.problems), 1);
    CHECK(interval.low == doctest::Approx(row.low).epsilon(0.0005));
    CHECK(interval.high == doctest::Approx(row.high).epsilon(0.0005));
  }
}

TEST_CASE("more seeds narrow the accuracy interval only by what they add") {
  const auto mean_of = [](const std::vector<Scores>& seeds) {
    Scores mean(seeds.front().size(), 0.0);
    for (const auto& scores : seeds)
      for (std::size_t i = 0; i < scores.size(); ++i) mean[i] += scores[i] / static_cast<double>(seeds.size());
    return mean;
  };
  const auto width = [](const Scores& scores, double runs) {
    return accuracy_interval(scores, runs).high - accuracy_interval(scores, runs).low;
  };
  const Scores once = share(50, 100);
  Scores shifted;  // as many right, on half of the problems others
  for (std::size_t i = 0; i < once.size(); ++i) shifted.push_back(once[(i + 25) % once.size()]);
  SUBCASE("seeds that always agree add nothing") {
    CHECK(width(mean_of({once, once, once, once}), 4) == width(once, 1));
  }
  SUBCASE("seeds that disagree average out") {
    CHECK(width(shifted, 1) == width(once, 1));
    CHECK(width(mean_of({once, shifted}), 2) < 0.8 * width(once, 1));
  }
  SUBCASE("shares that happen to be alike are worth no more than their runs") {
    CHECK(width({0.5, 0.5, 0.4}, 10) == doctest::Approx(width(share(14, 30), 1)).epsilon(0.01));
  }
  CHECK(accuracy_interval({}, 1).low == 0.0);
  CHECK(accuracy_interval({}, 1).high == 1.0);
}

TEST_CASE("McNemar's probability equals counting all sign patterns") {
  for (unsigned better = 0; better <= 9; ++better) {
    for (unsigned worse = 0; worse <= 9; ++worse) {
      if (better + worse == 0) continue;
      CHECK(mcnemar(better, worse) == doctest::Approx(counted_mcnemar(better, worse)).epsilon(1e-12));
    }
  }
  CHECK(mcnemar(0, 0) == 1.0);
}

TEST_CASE("paired differences") {
  espalier::Random random(espalier::Key{}.child("paired differences"));
  Scores a, b;
  for (int i = 0; i < 400; ++i) {
    a.push_back(random.chance(0.5));
    b.push_back(random.chance(0.3) ? 1.0 : a.back());
  }
  const PairedBootstrap bootstrap({a, b, a});
  const Paired paired = bootstrap.compare(0, 1);

  SUBCASE("the difference is between means and the counts are of changed problems") {
    CHECK(paired.difference == doctest::Approx(mean(b) - mean(a)));
    CHECK(paired.worse == 0);
    CHECK(static_cast<double>(paired.better) == doctest::Approx(paired.difference * 400));
  }
  SUBCASE("the interval agrees with the normal approximation of the mean of the differences") {
    double square = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) square += std::pow(b[i] - a[i] - paired.difference, 2);
    const double half = 1.96 * std::sqrt(square) / 400.0;
    CHECK(paired.ci95.low == doctest::Approx(paired.difference - half).epsilon(0.05));
    CHECK(paired.ci95.high == doctest::Approx(paired.difference + half).epsilon(0.05));
  }
  SUBCASE("turning the pair around mirrors it") {
    const Paired mirrored = bootstrap.compare(1, 0);
    CHECK(mirrored.difference == -paired.difference);
    CHECK(mirrored.ci95.low == doctest::Approx(-paired.ci95.high));
    CHECK(mirrored.p == paired.p);
  }
  SUBCASE("equal arms differ by nothing, whatever their problems") {
    const Paired none = bootstrap.compare(0, 2);
    CHECK(none.difference == 0.0);
    CHECK(none.ci95.low == doctest::Approx(-1.96 * std::sqrt(2.0) / 402.0).epsilon(0.001));
    CHECK(none.ci95.high == doctest::Approx(-none.ci95.low));
    CHECK(none.p == 1.0);
  }
  SUBCASE("the same scores give the same interval again") {
    const Paired again = PairedBootstrap({a, b}).compare(0, 1);
    CHECK(again.ci95.low == paired.ci95.low);
    CHECK(again.ci95.high == paired.ci95.high);
  }
}

TEST_CASE("the adjusted interval is that of Bonett and Price, and has a width whatever was observed") {
  // One problem, lost: p12 = 1/3 won and p21 = 2/3 lost of three with the two added.
  const std::vector<double> lost = {-1.0};
  CHECK(adjusted_interval(lost).low == -1.0);
  CHECK(adjusted_interval(lost).high ==
        doctest::Approx(-1.0 / 3 + 1.96 * std::sqrt((1.0 - 1.0 / 9) / 3)).epsilon(0.001));
  // 2 won and 7 lost of 30: p12 = 3/32, p21 = 8/32.
  std::vector<double> some(30, 0.0);
  std::fill_n(some.begin(), 2, 1.0);
  std::fill_n(some.begin() + 2, 7, -1.0);
  const double half = 1.96 * std::sqrt((11.0 / 32 - 25.0 / 1024) / 32);
  CHECK(adjusted_interval(some).low == doctest::Approx(-5.0 / 32 - half).epsilon(0.001));
  CHECK(adjusted_interval(some).high == doctest::Approx(-5.0 / 32 + half).epsilon(0.001));
  CHECK(adjusted_interval({}).low == -1.0);
  CHECK(adjusted_interval({}).high == 1.0);
  for (const double same : {-1.0, 0.0, 0.25, 1.0}) {
    const std::vector<double> all(12, same);
    CHECK(adjusted_interval(all).low <= same);
    CHECK(adjusted_interval(all).high >= same);
    CHECK(adjusted_interval(all).high - adjusted_interval(all).low > 0.1);
  }
}

TEST_CASE("paired intervals cover the true difference, of whatever number of problems") {
  // Shares of problems won and lost, as they are in truth; 300 experiments each.
  const std::pair<double, double> truths[] = {{0, 0}, {0.02, 0}, {0.1, 0}, {0.1, 0.05}, {0.3, 0.1}, {0.9, 0}, {1, 0}};
  espalier::Random random(espalier::Key{}.child("coverage"));
  for (const std::size_t problems : {1, 2, 5, 10, 30}) {
    for (const auto& [won, lost] : truths) {
      CAPTURE(problems);
      CAPTURE(won);
      CAPTURE(lost);
      int covered = 0;
      constexpr int experiments = 300;
      for (int i = 0; i < experiments; ++i) {
        std::vector<double> differences;
        for (std::size_t k = 0; k < problems; ++k) {
          const double drawn = random.uniform();
          differences.push_back(drawn < won ? 1.0 : drawn < won + lost ? -1.0 : 0.0);
        }
        const Interval interval = adjusted_interval(differences);
        CHECK(interval.high - interval.low > 0.05);
        covered += interval.low <= won - lost && won - lost <= interval.high;
      }
      CHECK(covered >= experiments * 92 / 100);
    }
  }
}

TEST_CASE("few problems that differ otherwise than most get the adjusted interval, more the bootstrap's") {
  const auto interval = [](std::size_t right_of_first, std::size_t right_of_second, std::size_t problems) {
    return PairedBootstrap({share(right_of_first, problems), share(right_of_second, problems)}).compare(0, 1);
  };
  const Paired nine = interval(40, 49, 100);
  std::vector<double> differences(100, 0.0);
  std::fill_n(differences.begin(), 9, 1.0);
  CHECK(nine.ci95.low == adjusted_interval(differences).low);
  CHECK(nine.ci95.high == adjusted_interval(differences).high);
  CHECK(interval(40, 50, 100).ci95.low == doctest::Approx(0.05).epsilon(0.11));
  CHECK(interval(0, 95, 100).ci95.low < 0.9);  // all won but five
  const Paired one = interval(1, 0, 1);
  CHECK(one.difference == -1.0);
  CHECK(one.ci95.high > 0.5);
  CHECK(PairedBootstrap({{1.0 / 3, 2.0 / 3}, {2.0 / 3, 1.0}}).compare(0, 1).ci95.low < 0);  // alike but for rounding
}

TEST_CASE("arms with different problems cannot be paired") {
  CHECK_THROWS_AS(PairedBootstrap({share(1, 3), share(1, 4)}), std::invalid_argument);
}

TEST_CASE("quantiles interpolate") {
  const std::vector<double> values = {1.0, 2.0, 4.0};
  CHECK(quantile(values, 0.0) == 1.0);
  CHECK(quantile(values, 0.5) == 2.0);
  CHECK(quantile(values, 0.75) == 3.0);
  CHECK(quantile(values, 1.0) == 4.0);
}
