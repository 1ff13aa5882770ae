#include "study/learning/diagnostics.hpp"

#include <doctest/doctest.h>

using namespace espalier::study;

namespace {

Judgement said(double value, double target, std::size_t problem = 0, int depth = 1, std::size_t parent = 0) {
  return {.value = value,
          .target = target,
          .visits = 4,
          .successes = static_cast<int>(2 * (target + 1)),
          .depth = depth,
          .role = depth == 1 ? "reader" : "solver",
          .problem = problem,
          .parent = parent};
}

}  // namespace

TEST_CASE("AUC counts the pairs in the right order, ties by halves") {
  const std::vector<Judgement> judgements{said(0.9, 1), said(0.1, 1), said(0.5, -1), said(0.1, -1), said(0.7, 0)};
  // (0.9 > 0.5), (0.9 > 0.1), (0.1 < 0.5), (0.1 = 0.1): 2.5 of 4; the target 0 does not count.
  CHECK(auc(judgements).share == doctest::Approx(2.5 / 4));
  CHECK(auc(judgements).pairs == 4);
  CHECK(auc(std::vector{said(1, 1), said(0, 1)}).pairs == 0);
}

TEST_CASE("what only tells hard problems from easy ones has no AUC within a problem") {
  std::vector<Judgement> judgements;
  for (std::size_t problem = 0; problem < 10; ++problem) {
    const double ease = problem < 5 ? 0.8 : -0.8;
    for (int i = 0; i < 4; ++i) judgements.push_back(said(ease, i < (problem < 5 ? 3 : 1) ? 1 : -1, problem));
  }
  CHECK(auc(judgements).share > 0.7);
  CHECK(auc_within(judgements).share == doctest::Approx(0.5));
  CHECK(auc_within(judgements).pairs == 10);
}

TEST_CASE("AUC within a problem compares states of one depth only") {
  // Between the depths the order is wrong, within each it is right.
  const std::vector<Judgement> judgements{said(0.9, 1, 0, 1), said(0.8, -1, 0, 1), said(0.2, 1, 0, 2),
                                          said(0.1, -1, 0, 2)};
  CHECK(auc(judgements).share == doctest::Approx(0.75));
  CHECK(auc_within(judgements).share == 1.0);
}

TEST_CASE("only siblings far enough apart are compared") {
  const std::vector<Judgement> judgements{said(0.3, 0.5, 0, 1, 7), said(0.1, 0.0, 0, 1, 7), said(0.2, 0.05, 0, 1, 7),
                                          said(-0.9, 1.0, 0, 1, 8)};
  const Agreement agreement = sibling_accuracy(judgements, 0.1);
  CHECK(agreement.pairs == 2);
  CHECK(agreement.share == 1.0);
}

TEST_CASE("what cannot be told is null: agreements of no pairs, correlations without spread, figures of no states") {
  const Json alone = figures_of(std::vector{said(0.3, 1)});
  for (const char* figure : {"pair_accuracy", "auc", "auc_within", "pearson", "r2"}) {
    CAPTURE(figure);
    CHECK(alone.at(figure).is_null());
  }
  CHECK(alone.at("rmse") == doctest::Approx(0.7));
  const Json none = figures_of({});
  for (const char* figure : {"rmse", "mae", "bias", "brier", "ece", "saturation"}) {
    CAPTURE(figure);
    CHECK(none.at(figure).is_null());
  }
  CHECK(none.at("states") == 0);
}

TEST_CASE("figures of a perfect and of a biased judge") {
  std::vector<Judgement> perfect, biased;
  for (const double target : {-1.0, -0.5, 0.0, 0.5, 1.0}) {
    perfect.push_back(said(target, target));
    biased.push_back(said(0.5 * target + 0.2, target));
  }
  const Json right = figures_of(perfect);
  CHECK(right.at("rmse") == 0.0);
  CHECK(right.at("r2") == doctest::Approx(1.0));
  CHECK(right.at("ece") == doctest::Approx(0.0));
  CHECK(right.at("saturation") == doctest::Approx(0.4));
  const Json off = figures_of(biased);
  CHECK(off.at("bias") == doctest::Approx(0.2));
  CHECK(off.at("pearson") == doctest::Approx(1.0));
  CHECK(off.at("rmse") == doctest::Approx(std::sqrt(0.04 + 0.25 * 0.5)));
  CHECK(off.at("brier").get<double>() > right.at("brier").get<double>());
}

TEST_CASE("a diagnosis tells depths and roles apart") {
  const Json figures = diagnose(std::vector{said(0.9, 1, 0, 1), said(-0.9, 1, 0, 2)});
  CHECK(figures.at("by_depth").at("1").at("rmse") == doctest::Approx(0.1));
  CHECK(figures.at("by_depth").at("2").at("rmse") == doctest::Approx(1.9));
  CHECK(figures.at("by_role").size() == 2);
  CHECK(figures.at("reliability").size() == 2);
}
