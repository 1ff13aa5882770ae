#include <espalier/agent.hpp>
#include <espalier/plugin.hpp>
#include <stdexcept>

namespace {

/// Does nothing, under whatever kind and name it is built.
class Rogue final : public espalier::Agent {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
  };

  explicit Rogue(const Params&) {}

  std::vector<espalier::Message> speak(const espalier::Problem&, const espalier::Turn&,
                                       const espalier::Draw&) override {
    return std::vector<espalier::Message>(1);
  }
};

}  // namespace

ESPALIER_PLUGIN(Rogue, "Does nothing, under whatever kind and name it is built.")
