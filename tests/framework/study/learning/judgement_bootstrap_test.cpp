#include "study/learning/judgement_bootstrap.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace espalier::study;

namespace {

/// Two states of each of `problems` problems, one that ended right and one wrong, and what a model says of them.
std::vector<Judgement> said(std::size_t problems, double right, double wrong, std::size_t reversed = 0) {
  std::vector<Judgement> all;
  for (std::size_t i = 0; i < problems; ++i) {
    const bool turned = i < reversed;
    all.push_back({.value = turned ? wrong : right, .target = 1, .visits = 1, .successes = 1, .problem = i});
    all.push_back({.value = turned ? right : wrong, .target = -1, .visits = 1, .successes = 0, .problem = i});
  }
  return all;
}

std::vector<std::size_t> each_its_own(std::size_t problems) {
  std::vector<std::size_t> units;
  for (std::size_t i = 0; i < problems; ++i) units.push_back(i);
  return units;
}

}  // namespace

TEST_CASE("intervals are those of figures over problems, and those of the whole lie in them") {
  const std::vector models = {said(20, 0.5, -0.5, 5), said(20, 1.0, -1.0)};
  const JudgementBootstrap bootstrap(models, each_its_own(20));
  for (std::size_t model = 0; model < models.size(); ++model) {
    const Json whole = figures_of(models[model]);
    const Json intervals = bootstrap.intervals(model);
    for (const auto figure : JudgementBootstrap::kFigures) {
      const std::string key(figure);
      if (intervals.at(key).is_null()) continue;
      CHECK(intervals.at(key).at(0).get<double>() <= whole.at(key).get<double>() + 1e-12);
      CHECK(intervals.at(key).at(1).get<double>() >= whole.at(key).get<double>() - 1e-12);
    }
  }
  CHECK(bootstrap.intervals(0).at("auc_within").at(0) < 0.75);
  CHECK(bootstrap.intervals(0).at("auc_within").at(1) > 0.75);
  CHECK_FALSE(bootstrap.intervals(0).at("rmse").is_null());
  CHECK(bootstrap.intervals(1).at("rmse").is_null());  // no error at all says nothing of how large others may be
}

TEST_CASE("differences are paired by problem") {
  const std::vector models = {said(20, 0.5, -0.5, 5), said(20, 0.4, -0.4, 5)};
  const JudgementBootstrap bootstrap(models, each_its_own(20));
  const Json within = bootstrap.compare(0, 1).at("auc_within");
  CHECK(within.at("difference") == 0.0);  // both are wrong on the same problems
  CHECK(within.at("ci95").is_null());
  CHECK(
      bootstrap.compare(0, 1).at("rmse").at("difference").get<double>() ==
      doctest::Approx(figures_of(models[1]).at("rmse").get<double>() - figures_of(models[0]).at("rmse").get<double>()));
}

TEST_CASE("trees of one problem are drawn together") {
  // ten copies of two problems, one all right, one all wrong: as uncertain as two problems
  std::vector<Judgement> all;
  std::vector<std::size_t> units;
  for (std::size_t tree = 0; tree < 20; ++tree) {
    all.push_back({.value = 1, .target = tree % 2 == 0 ? 1.0 : -1.0, .problem = tree});
    units.push_back(tree % 2);
  }
  const Json interval = JudgementBootstrap({all}, units).intervals(0).at("rmse");
  CHECK(interval == Json::array({0.0, 2.0}));
}

TEST_CASE("what cannot be told is null") {
  const std::vector<Judgement> one = {{.value = 0.5, .target = 1}};
  const JudgementBootstrap bootstrap({one, one}, std::vector<std::size_t>{0});
  CHECK(bootstrap.intervals(0).at("auc_within").is_null());
  CHECK(bootstrap.compare(0, 1).at("auc_within").is_null());
  CHECK(bootstrap.compare(0, 1).at("rmse").at("difference") == 0.0);
  CHECK(bootstrap.compare(0, 1).at("rmse").at("ci95").is_null());
  CHECK(bootstrap.intervals(0).at("rmse").is_null());  // of one problem
}
