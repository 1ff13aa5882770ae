#include <espalier/agent.hpp>
#include <espalier/plugin.hpp>

namespace {

/// Repeats the last message it received: the smallest agent, and the template for new ones.
class Echo final : public espalier::Agent {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    std::string prefix = field("prefix", "", "Text placed before the copy.");
  };

  explicit Echo(Params params) : params_(std::move(params)) {}

  std::vector<espalier::Message> speak(const espalier::Problem& problem, const espalier::Turn& turn,
                                       const espalier::Draw& draw) override {
    const std::string& heard = turn.inbox.empty() ? problem.question : turn.inbox.back().text;
    espalier::Message message;
    message.text = params_.prefix + heard;
    return std::vector<espalier::Message>(static_cast<std::size_t>(draw.count), message);
  }

 private:
  Params params_;
};

}  // namespace

ESPALIER_PLUGIN(Echo, "Repeats the last message it received.")
