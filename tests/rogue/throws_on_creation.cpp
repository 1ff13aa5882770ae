#include <espalier/agent.hpp>
#include <espalier/plugin.hpp>
#include <stdexcept>

namespace {

/// Throws when it is created.
class Rogue final : public espalier::Agent {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
  };

  explicit Rogue(const Params&) { throw std::runtime_error("no scales in the orchard"); }

  std::vector<espalier::Message> speak(const espalier::Problem&, const espalier::Turn&,
                                       const espalier::Draw&) override {
    return {};
  }
};

}  // namespace

ESPALIER_PLUGIN(Rogue, "Throws when it is created.")
