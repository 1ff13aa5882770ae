#include <espalier/agent.hpp>
#include <espalier/plugin.hpp>

/// Defined nowhere.
int forgotten_function();

namespace {

/// Needs a function that no library has.
class Rogue final : public espalier::Agent {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
  };

  explicit Rogue(const Params&) {}

  std::vector<espalier::Message> speak(const espalier::Problem&, const espalier::Turn&,
                                       const espalier::Draw&) override {
    return std::vector<espalier::Message>(static_cast<std::size_t>(forgotten_function()));
  }
};

}  // namespace

ESPALIER_PLUGIN(Rogue, "Needs a function that no library has.")
