#include <algorithm>
#include <espalier/plugin.hpp>
#include <espalier/value_model.hpp>

namespace {

/// What another value model is nearly sure of: V + k D, put back into [-1, 1], of its mean V and its deviation D. With
/// k < 0 a search is cautious and keeps to what surely is good; with k > 0 it is hopeful and looks where there may be
/// more than is known. Where the deviation is not known, V stays. Deviations come from value models that say
/// a distribution, such as rewards with several `bins`.
class Bound final : public espalier::ValueModel {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    std::shared_ptr<espalier::ValueModel> value =
        plugin<espalier::ValueModel>("value", "The value model with means and deviations.", "uniform");
    double deviations =
        field("deviations", -1.0, "How many deviations are added to the mean (k).", espalier::between(-100, 100));
  };

  explicit Bound(Params params) : params_(std::move(params)) {}

  std::vector<espalier::Value> score(std::span<const espalier::State> states) override {
    auto values = params_.value->score(states);
    for (auto& value : values) {
      value.mean = std::clamp(value.mean + params_.deviations * value.deviation, -1.0, 1.0);
    }
    return values;
  }

 private:
  Params params_;
};

}  // namespace

ESPALIER_PLUGIN(Bound, "Mean plus so many deviations of another value model: cautious or hopeful searches.")
