#include <espalier/plugin.hpp>
#include <espalier/value_model.hpp>

namespace {

/// Finds every state equally good: guidance turned off, the control arm of every guided search.
class Uniform final : public espalier::ValueModel {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    double value = field("value", 0.0, "The value of every state.", espalier::between(-1, 1));
  };

  explicit Uniform(const Params& params) : value_(params.value) {}

  std::vector<espalier::Value> score(std::span<const espalier::State> states) override {
    return std::vector<espalier::Value>(states.size(), {.mean = value_});
  }

 private:
  double value_;
};

}  // namespace

ESPALIER_PLUGIN(Uniform, "Gives every state the same value.")
