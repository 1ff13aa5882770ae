#include <espalier/agent.hpp>
#include <espalier/plugin.hpp>

namespace {

/// Right in every way.
class Subject final : public espalier::Agent {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    int repeats = field("repeats", 1, "How often.", espalier::between(1, 16));
  };
  explicit Subject(const Params&) {}
  std::vector<espalier::Message> speak(const espalier::Problem&, const espalier::Turn&,
                                       const espalier::Draw&) override {
    return {};
  }
};

}  // namespace

ESPALIER_PLUGIN(Subject, "Is compiled by a test.")
