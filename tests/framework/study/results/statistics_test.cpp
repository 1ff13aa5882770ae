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
    const Interval interval = accuracy_interval(share(row.right, row.problems));
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
  const auto width = [](const Scores& scores) {
    return accuracy_interval(scores).high - accuracy_interval(scores).low;
  };
  const Scores once = share(50, 100);
  Scores shifted;  // as many right, on half of the problems others
  for (std::size_t i = 0; i < once.size(); ++i) shifted.push_back(once[(i + 25) % once.size()]);
  SUBCASE("seeds that always agree add nothing") { CHECK(width(mean_of({once, once, once, once})) == width(once)); }
  SUBCASE("seeds that disagree average out") {
    CHECK(width(shifted) == width(once));
    CHECK(width(mean_of({once, shifted})) < 0.8 * width(once));
  }
  CHECK(accuracy_interval({}).low == 0.0);
  CHECK(accuracy_interval({}).high == 1.0);
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
    CHECK(none.ci95.low == 0.0);
    CHECK(none.ci95.high == 0.0);
    CHECK(none.p == 1.0);
  }
  SUBCASE("the same scores give the same interval again") {
    const Paired again = PairedBootstrap({a, b}).compare(0, 1);
    CHECK(again.ci95.low == paired.ci95.low);
    CHECK(again.ci95.high == paired.ci95.high);
  }
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
