#include <doctest/doctest.h>

#include <espalier/kit/reward/losses.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

// What tests/golden/loss_golden.py computed with torch.

using namespace espalier;
using namespace espalier::reward;

namespace {

constexpr double kTolerance = 1e-5;

/// By value, as what it is a part of does not outlive the call.
nlohmann::json golden(const char* part) {
  std::ifstream in(std::string(ESPALIER_SOURCE_DIR) + "/tests/golden/reward/losses.json");
  return nlohmann::json::parse(in).at(part);
}

doctest::Approx near(const nlohmann::json& number) {
  return doctest::Approx(number.get<double>()).epsilon(kTolerance).scale(1.0);
}

}  // namespace

TEST_CASE("losses of values and their gradients are torch's") {
  const auto cases = golden("pointwise");
  CHECK(cases.size() == 5 * 9 * 7);
  for (const auto& expected : cases) {
    CAPTURE(expected.dump());
    const auto loss = parse_losses(expected.at("loss_name").get<std::string>()).front().loss;
    const Label label{
        .value = expected.at("value"), .visits = expected.at("visits"), .successes = expected.at("successes")};
    const Slope slope = loss->of_label(expected.at("logit").get<double>(), label);
    CHECK(slope.loss == near(expected.at("loss")));
    CHECK(slope.gradient == near(expected.at("gradient")));
  }
}

TEST_CASE("the loss of preferences and its gradient are torch's") {
  const auto cases = golden("preferences");
  CHECK(cases.size() == 9);
  for (const auto& expected : cases) {
    CAPTURE(expected.dump());
    const Slope slope = find_loss("bradley_terry")->of_preference(expected.at("difference").get<double>());
    CHECK(slope.loss == near(expected.at("loss")));
    CHECK(slope.gradient == near(expected.at("gradient")));
  }
}

TEST_CASE("the loss of a distribution, its gradient, mean and deviation are torch's") {
  const auto cases = golden("distributions");
  CHECK(cases.size() == 7);
  for (const auto& expected : cases) {
    CAPTURE(expected.dump());
    const std::vector<double> logits = expected.at("logits");
    std::vector<double> gradient(logits.size(), 0.0);
    CHECK(Distribution::learn(logits, {.value = expected.at("value")}, 1.0, gradient) == near(expected.at("loss")));
    for (std::size_t bin = 0; bin < gradient.size(); ++bin) CHECK(gradient[bin] == near(expected.at("gradient")[bin]));
    CHECK(Distribution::value(logits).mean == near(expected.at("mean")));
    CHECK(Distribution::value(logits).deviation == near(expected.at("deviation")));
  }
}
