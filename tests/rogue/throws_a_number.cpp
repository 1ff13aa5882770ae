#include <espalier/agent.hpp>
#include <espalier/plugin.hpp>
#include <stdexcept>

namespace {

/// Throws what is no exception when it is created.
class Rogue final : public espalier::Agent {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
  };

  explicit Rogue(const Params&) { throw 42; }

  std::vector<espalier::Message> speak(const espalier::Problem&, const espalier::Turn&,
                                       const espalier::Draw&) override {
    return {};
  }
};

}  // namespace

ESPALIER_PLUGIN(Rogue, "Throws what is no exception when it is created.")
