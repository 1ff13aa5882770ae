#include <espalier/plugin.hpp>
#include <espalier/value_model.hpp>

namespace {

/// Finds everything better than can be, and says nothing of it in its facts.
class Boastful final : public espalier::ValueModel {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
  };

  explicit Boastful(const Params&) {}

  std::vector<espalier::Value> score(std::span<const espalier::State> states) override {
    return std::vector<espalier::Value>(states.size(), {.mean = 2.5});
  }
};

}  // namespace

ESPALIER_PLUGIN(Boastful, "Finds everything better than can be.")
