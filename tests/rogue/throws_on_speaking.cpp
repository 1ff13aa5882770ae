#include <espalier/agent.hpp>
#include <espalier/plugin.hpp>
#include <stdexcept>

namespace {

/// Throws when it should speak.
class Rogue final : public espalier::Agent {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
  };

  explicit Rogue(const Params&) {}

  std::vector<espalier::Message> speak(const espalier::Problem&, const espalier::Turn&,
                                       const espalier::Draw&) override {
    throw std::runtime_error("the well is dry");
  }
};

}  // namespace

ESPALIER_PLUGIN(Rogue, "Throws when it should speak.")
