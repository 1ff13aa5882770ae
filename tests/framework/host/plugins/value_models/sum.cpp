#include <espalier/plugin.hpp>
#include <espalier/value_model.hpp>

namespace {

/// Adds what its parts say.
class Sum final : public espalier::ValueModel {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    std::vector<espalier::Named<std::shared_ptr<espalier::ValueModel>>> parts =
        plugins<espalier::ValueModel>("parts", "What is added.");
  };

  explicit Sum(Params params) : parts_(std::move(params.parts)) {}

  std::vector<espalier::Value> score(std::span<const espalier::State> states) override {
    std::vector<espalier::Value> sums(states.size());
    for (const auto& part : parts_) {
      const auto values = part.value->score(states);
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i].mean += values[i].mean;
    }
    return sums;
  }

 private:
  std::vector<espalier::Named<std::shared_ptr<espalier::ValueModel>>> parts_;
};

}  // namespace

ESPALIER_PLUGIN(Sum, "Adds what its parts say.")
