#include <cmath>
#include <espalier/plugin.hpp>
#include <espalier/value_model.hpp>

namespace {

/// Two judges at the end: V = (1 - lambda) process + lambda outcome at terminal states, the process model alone before
/// (where an outcome model has nothing to say).
class Mix final : public espalier::ValueModel {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    std::shared_ptr<espalier::ValueModel> process =
        plugin<espalier::ValueModel>("process", "Scores every state.", "uniform");
    std::shared_ptr<espalier::ValueModel> outcome =
        plugin<espalier::ValueModel>("outcome", "Scores terminal states.", "uniform");
    double lambda = field("lambda", 0.5, "Weight of the outcome model at terminal states.", espalier::between(0, 1));
  };

  explicit Mix(Params params) : params_(std::move(params)) {}

  std::vector<espalier::Value> score(std::span<const espalier::State> states) override {
    std::vector<espalier::Value> values = params_.process->score(states);
    std::vector<espalier::State> terminals;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (!states[i].terminal()) continue;
      terminals.push_back(states[i]);
      places.push_back(i);
    }
    if (terminals.empty()) return values;
    const auto outcomes = params_.outcome->score(terminals);
    for (std::size_t i = 0; i < places.size(); ++i) {
      auto& value = values[places[i]];
      // The errors of the two are taken as independent.
      value = {.mean = (1 - params_.lambda) * value.mean + params_.lambda * outcomes[i].mean,
               .deviation = std::hypot((1 - params_.lambda) * value.deviation, params_.lambda * outcomes[i].deviation)};
    }
    return values;
  }

 private:
  Params params_;
};

}  // namespace

ESPALIER_PLUGIN(Mix, "A process model, mixed at terminal states with an outcome model.")
