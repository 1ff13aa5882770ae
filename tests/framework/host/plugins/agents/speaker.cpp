#include <espalier/agent.hpp>
#include <espalier/plugin.hpp>

namespace {

/// Says how many tokens its model finds in nothing.
class Speaker final : public espalier::Agent {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    std::shared_ptr<espalier::LanguageModel> model = plugin<espalier::LanguageModel>("model", "What speaks.");
  };

  explicit Speaker(Params params) : model_(std::move(params.model)) {}

  std::vector<espalier::Message> speak(const espalier::Problem&, const espalier::Turn&,
                                       const espalier::Draw& draw) override {
    espalier::Message message;
    message.text = std::to_string(model_->tokens(""));
    return std::vector<espalier::Message>(static_cast<std::size_t>(draw.count), message);
  }

 private:
  std::shared_ptr<espalier::LanguageModel> model_;
};

}  // namespace

ESPALIER_PLUGIN(Speaker, "Says how many tokens its model finds in nothing.")
