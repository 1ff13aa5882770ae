#include <doctest/doctest.h>

#include <cmath>
#include <espalier/kit/reward/logit_pooling.hpp>
#include <espalier/kit/reward/losses.hpp>
#include <numeric>
#include <stdexcept>
#include <vector>

using namespace espalier;
using namespace espalier::reward;

namespace {

Slope of_label(std::string_view loss, double logit, const Label& label) {
  return find_loss(loss)->of_label(logit, label);
}

Slope preference(double difference) { return find_loss("bradley_terry")->of_preference(difference); }

constexpr std::string_view kPointwise[] = {"huber", "huber_logit", "mse_logit", "bce", "counts"};

double slope_of(const auto& function, double at) {
  constexpr double step = 1e-6;
  return (function(at + step) - function(at - step)) / (2 * step);
}

}  // namespace

TEST_CASE("every loss has the derivative it says") {
  for (const std::string_view loss : kPointwise) {
    for (const double target : {-1.0, -0.3, 0.0, 0.7, 1.0}) {
      const Label label{.value = target, .visits = 10, .successes = static_cast<int>(5 * (target + 1))};
      for (const double logit : {-3.0, -0.4, 0.01, 0.9, 2.5}) {
        const auto value = [&](double z) { return of_label(loss, z, label).loss; };
        CHECK(of_label(loss, logit, label).gradient == doctest::Approx(slope_of(value, logit)).epsilon(1e-5));
      }
    }
  }
  for (const double difference : {-4.0, -0.1, 0.0, 3.0}) {
    CHECK(preference(difference).gradient ==
          doctest::Approx(slope_of([](double x) { return preference(x).loss; }, difference)).epsilon(1e-6));
  }
}

TEST_CASE("losses have the values of their formulas") {
  const Label half{.value = 0.5, .visits = 4, .successes = 3};
  CHECK(of_label("huber", 0.0, half).loss == doctest::Approx(0.45));
  CHECK(of_label("huber", std::atanh(0.45), half).loss == doctest::Approx(0.05 * 0.05 / 0.2));
  CHECK(of_label("huber_logit", 0.0, {.value = 1.0}).loss == doctest::Approx(std::atanh(0.95) - 0.05));
  CHECK(of_label("mse_logit", 1.0, {.value = -1.0}).loss == doctest::Approx(std::pow(1 + std::atanh(0.95), 2)));
  const double p = 1 / (1 + std::exp(-0.6));
  CHECK(of_label("bce", 0.3, half).loss == doctest::Approx(-0.75 * std::log(p) - 0.25 * std::log(1 - p)));
  CHECK(of_label("counts", 0.3, half).loss == of_label("bce", 0.3, half).loss);
  CHECK(find_loss("counts")->weight(half) == 4.0);
  CHECK(find_loss("bce")->weight(half) == 1.0);
  CHECK(preference(0.0).loss == doctest::Approx(std::log(2.0)));
  CHECK(std::isfinite(of_label("bce", 800.0, {.value = -1.0}).loss));
}

TEST_CASE("a distribution learns the mean it is shown") {
  std::vector<double> logits(21, 0.0);
  CHECK(Distribution::value(logits).mean == doctest::Approx(0.0));
  CHECK(Distribution::value(logits).deviation > 0.5);
  const Label label{.value = 0.37};
  std::vector<double> gradient(21);
  Distribution::learn(logits, label, 1.0, gradient);
  for (std::size_t bin = 0; bin < logits.size(); ++bin) {
    const auto loss = [&](double logit) {
      auto moved = logits;
      moved[bin] = logit;
      std::vector<double> unused(21);
      return Distribution::learn(moved, label, 1.0, unused);
    };
    CHECK(gradient[bin] == doctest::Approx(slope_of(loss, logits[bin])).epsilon(1e-5));
  }
  for (int step = 0; step < 3000; ++step) {
    std::fill(gradient.begin(), gradient.end(), 0.0);
    Distribution::learn(logits, label, 1.0, gradient);
    for (std::size_t bin = 0; bin < logits.size(); ++bin) logits[bin] -= gradient[bin];
  }
  CHECK(Distribution::value(logits).mean == doctest::Approx(0.37).epsilon(0.02));
  CHECK(Distribution::value(logits).deviation < 0.2);
}

TEST_CASE("two bins that a pooled logit tilts say half its tanh") {
  const LogitPooling one({.head = Head::logprob_pooling, .positions = 1, .bins = 1});
  const LogitPooling two({.head = Head::logprob_pooling, .positions = 1, .bins = 2});
  const std::vector<std::int32_t> begins{0}, separators{1};
  // log-probability, gate, offset; and the same with a flat shape
  const std::vector<float> plain{-2.0f, 1.5f, 0.25f, -0.5f, 0.0f, 0.75f};
  const std::vector<float> shaped{-2.0f, 0.0f, 0.0f, 1.5f, 0.25f, -0.5f, 0.0f, 0.0f, 0.0f, 0.75f};
  Carried first, second;
  const auto logit = one.read(plain, {begins, separators}, 0, first);
  const auto bins = two.read(shaped, {begins, separators}, 0, second);
  REQUIRE(logit.size() == 1);
  REQUIRE(bins.size() == 2);
  CHECK(Distribution::value(bins).mean == doctest::Approx(0.5 * std::tanh(0.5 * logit[0])));
}

TEST_CASE("mixtures of losses are read, mistakes are told") {
  const auto mixture = parse_losses("0.7 huber + 0.3 bradley_terry");
  REQUIRE(mixture.size() == 2);
  CHECK(mixture[0].loss->name == "huber");
  CHECK(mixture[1].weight == doctest::Approx(0.3));
  CHECK(parse_losses("bce").at(0).weight == 1.0);
  CHECK_THROWS_WITH_AS(parse_losses("hubr"), doctest::Contains("no loss \"hubr\"; losses: huber,"),
                       std::invalid_argument);
  CHECK_THROWS_AS(parse_losses("-1 huber"), std::invalid_argument);
  CHECK_THROWS_AS(parse_losses(""), std::invalid_argument);
}

TEST_CASE("what a read-out carries to a child is what reading all of it again gives, and gradients are its slopes") {
  const std::vector<std::int32_t> begins{2, 6, 9}, separators{5, 8, 12};
  for (const int bins : {1, 3})
    for (const Head head : {Head::last_state, Head::logprob_pooling, Head::both, Head::state_pooling}) {
      CAPTURE(static_cast<int>(head));
      CAPTURE(bins);
      const LogitPooling pooling({.head = head, .positions = 2, .bins = bins});
      ScoringHeadSpec spec;
      pooling.ask(spec);
      const auto width =
          static_cast<std::size_t>((spec.token_logprob ? 1 : 0) + spec.state_outputs + spec.embedding_outputs);
      const Layout layout{begins, separators};
      const auto at = pooling.positions(layout, 0);
      CHECK(at.size() == (pooling.pools() ? 11 : 3));
      std::vector<float> rows(at.size() * width);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i] = static_cast<float>(std::sin(static_cast<double>(3 * i + 1)));
        if (spec.token_logprob && i % width == 0) rows[i] = -std::abs(rows[i]) - 0.1f;
      }
      Carried whole;
      const auto logits = pooling.read(rows, layout, 0, whole);
      CHECK(logits.size() == 3 * static_cast<std::size_t>(pooling.logits()));

      const Layout parent{std::span(begins).first(2), std::span(separators).first(2)};
      Carried carried;
      const std::size_t rows_before = pooling.positions(parent, 0).size() * width;
      pooling.read(std::span(rows).first(rows_before), parent, 0, carried);
      const auto last = pooling.read(std::span(rows).subspan(rows_before), layout, 2, carried);
      for (std::size_t i = 0; i < last.size(); ++i) {
        CHECK(last[i] == doctest::Approx(logits[logits.size() - last.size() + i]).epsilon(1e-12));
      }
      CHECK(carried == whole);

      std::vector<double> by_logit(logits.size());
      std::iota(by_logit.begin(), by_logit.end(), 1.0);
      std::vector<float> gradient(rows.size());
      pooling.learn(rows, layout, by_logit, gradient);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto weighted = [&](double change) {
          auto moved = rows;
          moved[i] += static_cast<float>(change);
          Carried sums;
          const auto out = pooling.read(moved, layout, 0, sums);
          return std::inner_product(out.begin(), out.end(), by_logit.begin(), 0.0);
        };
        CHECK(gradient[i] == doctest::Approx((weighted(1e-2) - weighted(-1e-2)) / 2e-2).epsilon(0.01));
      }
    }
}
