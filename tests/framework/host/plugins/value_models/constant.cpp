#include <espalier/bad_input.hpp>
#include <espalier/plugin.hpp>
#include <espalier/value_model.hpp>
#include <stdexcept>

namespace {

/// Says the same of every state; throws when it is created to say 13, and will not be told to say 17.
class Constant final : public espalier::ValueModel {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    double mean = field("mean", 0.0, "What it says.", espalier::between(-100, 100));
    std::string build = field("build", "", "A parameter with a name that something else might have.");
  };

  explicit Constant(Params params) : mean_(params.mean) {
    if (mean_ == 13.0) throw std::runtime_error("thirteen brings bad luck");
    if (mean_ == 17.0) throw espalier::BadInput("seventeen is too many");
  }

  static Facts facts(const Params& params) { return {.oracle = params.mean == 7.0}; }

  std::vector<espalier::Value> score(std::span<const espalier::State> states) override {
    return std::vector<espalier::Value>(states.size(), {.mean = mean_});
  }

 private:
  double mean_;
};

}  // namespace

ESPALIER_PLUGIN(Constant, "Says the same of every state.")
