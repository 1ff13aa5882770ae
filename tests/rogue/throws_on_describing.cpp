#include <espalier/agent.hpp>
#include <espalier/plugin.hpp>
#include <string>

namespace {

std::string default_prefix() { throw 42; }

/// Throws what is no exception whenever its parameters are read.
class Rogue final : public espalier::Agent {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    std::string prefix = field("prefix", default_prefix(), "Text placed before nothing.");
  };

  explicit Rogue(const Params&) {}

  std::vector<espalier::Message> speak(const espalier::Problem&, const espalier::Turn&,
                                       const espalier::Draw&) override {
    return {};
  }
};

}  // namespace

ESPALIER_PLUGIN(Rogue, "Throws what is no exception whenever its parameters are read.")
