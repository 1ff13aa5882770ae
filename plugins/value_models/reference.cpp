#include <espalier/plugin.hpp>
#include <espalier/value_model.hpp>
#include <stdexcept>

namespace {

/// The true reward, +1 or -1, at terminals and 0 before: what training trees are grown with, and the upper bound of
/// what a value model can be worth. It knows the gold answer, so arms that use it are marked as oracles.
class Reference final : public espalier::ValueModel {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
  };

  explicit Reference(const Params&) {}

  static Facts facts(const Params&) { return {.oracle = true}; }

  std::vector<espalier::Value> score(std::span<const espalier::State> states) override {
    std::vector<espalier::Value> values;
    for (const auto& state : states) {
      if (state.terminal() && !state.reward) {
        throw std::logic_error("the true reward is wanted for a terminal state that came without it");
      }
      values.push_back({.mean = state.terminal() ? *state.reward : 0.0});
    }
    return values;
  }
};

}  // namespace

ESPALIER_PLUGIN(Reference, "The true reward at terminal states, 0 before: an oracle.")
