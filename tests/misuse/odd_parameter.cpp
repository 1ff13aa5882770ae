#include <espalier/agent.hpp>
#include <espalier/plugin.hpp>

namespace {

class Subject final : public espalier::Agent {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    const void* pointer = field("pointer", static_cast<const void*>(nullptr), "No such parameter can be written.");
  };
  explicit Subject(const Params&) {}
  std::vector<espalier::Message> speak(const espalier::Problem&, const espalier::Turn&,
                                       const espalier::Draw&) override {
    return {};
  }
};

}  // namespace

ESPALIER_PLUGIN(Subject, "Is compiled by a test.")
