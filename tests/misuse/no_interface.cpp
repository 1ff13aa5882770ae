#include <espalier/agent.hpp>
#include <espalier/plugin.hpp>

namespace {

class Subject {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
  };
  explicit Subject(const Params&) {}
};

}  // namespace

ESPALIER_PLUGIN(Subject, "Is compiled by a test.")
