#include <espalier/agent.hpp>
#include <espalier/kit/agents/turn_template.hpp>
#include <espalier/plugin.hpp>

namespace {

/// Shows a language model what the agent sees and says what the model answers: one system text, one user text, one
/// reply.
class LanguageModelAgent final : public espalier::Agent {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    std::shared_ptr<espalier::LanguageModel> model =
        plugin<espalier::LanguageModel>("model", "The language model that speaks.");
    std::string system = field("system", "", "System prompt; may hold the places of `template`. Empty: none.");
    std::string user =
        field("template", "{inbox}",
              "What the model is shown: {question}, {inbox} (all that was received), {from:NAME} (what one "
              "node sent) and {role} are filled in; {{ and }} are braces; those of LaTeX stay.");
    std::string separator = field("separator", "\n\n", "Placed between the payloads of {inbox}.");
    int max_tokens = field("max_tokens", 256, "Most tokens of one message.", espalier::between(1, 1'000'000));
    double temperature =
        field("temperature", 1.0, "Sampling temperature; 0: the most probable token.", espalier::between(0, 100));
    double top_p = field("top_p", 1.0, "Draw from the most probable tokens of this total probability.",
                         espalier::between(1e-6, 1));
    int top_k = field("top_k", 0, "Draw from this many most probable tokens; 0: all.", espalier::between(0, 1'000'000));
    std::vector<std::string> stop =
        field("stop", std::vector<std::string>{}, "The message ends before the first of these.");

    void validate() const {
      if (const auto fault = espalier::TurnTemplate::fault(system)) reject("system", *fault);
      if (const auto fault = espalier::TurnTemplate::fault(user)) reject("template", *fault);
    }
  };

  static Facts facts(const Params& params) {
    Facts facts{.max_tokens = params.max_tokens, .wanted = {}};
    for (const auto& text : {params.system, params.user}) {
      for (auto& node : espalier::TurnTemplate(text, "").senders()) facts.wanted.push_back({std::move(node), ""});
    }
    return facts;
  }

  explicit LanguageModelAgent(Params params)
      : params_(std::move(params)),
        system_(params_.system, params_.separator),
        user_(params_.user, params_.separator) {}

  std::vector<espalier::Message> speak(const espalier::Problem& problem, const espalier::Turn& turn,
                                       const espalier::Draw& draw) override {
    const espalier::Sampling sampling{.temperature = draw.temperature.value_or(params_.temperature),
                                      .top_p = draw.top_p.value_or(params_.top_p),
                                      .top_k = params_.top_k,
                                      .max_tokens = params_.max_tokens,
                                      .stop = params_.stop};
    std::vector<espalier::Message> messages;
    for (auto& completion : params_.model->generate({.chat = *prompt(problem, turn),
                            .sampling = sampling,
                            .key = draw.key,
                            .first = draw.first,
                            .count = draw.count,
                            .lease = draw.lease})) {
      const int untold = completion.tokens.empty() ? completion.usage.output : 0;
      messages.push_back({.text = std::move(completion.text),
                          .tokens = std::move(completion.tokens),
                          .logprobs = std::move(completion.logprobs),
                          .finish = completion.finish,
                          .untold_tokens = untold});
    }
    return messages;
  }

  std::optional<espalier::Chat> prompt(const espalier::Problem& problem, const espalier::Turn& turn) const override {
    using Role = espalier::ChatMessage::Role;
    espalier::Chat chat;
    if (!params_.system.empty()) chat.messages.push_back({Role::system, system_.fill(problem, turn)});
    chat.messages.push_back({Role::user, user_.fill(problem, turn)});
    return chat;
  }

 private:
  Params params_;
  espalier::TurnTemplate system_;
  espalier::TurnTemplate user_;
};

}  // namespace

ESPALIER_PLUGIN(LanguageModelAgent,
                "Says what a language model answers to a template filled with what the agent received.")
