#include <espalier/language_model.hpp>
#include <espalier/plugin.hpp>

namespace {

/// A backend that is never stepped.
class Stub final : public espalier::Backend {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    int size = field("size", 1, "How large it would be.");
    std::string device = setting("device", "auto", "Where it runs.");
    int threads = setting("threads", 0, "How many threads it uses.");
  };

  explicit Stub(const Params& params) : size_(params.size) {}

  static Facts facts(const Params& params) { return {.base_model = params.size > 1}; }

  bool admit(espalier::Ticket, const espalier::Work&) override { return false; }
  void step(std::vector<espalier::Finished>&) override {}
  void drop(espalier::Ticket) override {}
  int tokens(std::string_view) const override { return size_; }

 private:
  int size_;
};

}  // namespace

ESPALIER_PLUGIN(Stub, "A backend that is never stepped.")
