#include <algorithm>
#include <espalier/bad_input.hpp>
#include <espalier/plugin.hpp>

#include "http/client_params.hpp"
#include "models/jinja/day.hpp"
#include "server/backend.hpp"

namespace {

using espalier::between;

// A model behind an OpenAI-compatible server: vLLM, SGLang, llama.cpp, transformers serve, or a hosted one. One thread
// keeps all requests under way, each is made again where it failed through no fault of its own, and every answer is in
// the call store before anybody sees it.
//
// Candidate k is a function of key and k as far as the server lets it: each request has a seed from them, and servers
// that heed it repeat themselves up to rounding. Candidates asked for together share the seed of the first, so that
// n_per_request is part of what they are called by in the store.
class Server final : public espalier::server::ServerBackend {
 public:
  enum class Api { chat, completions };

  /// In the currency of the bill.
  struct PriceParams : espalier::Params {
    using espalier::Params::Params;
    double input = field("input", 0.0, "Of a million prompt tokens.", between(0, 1e9));
    double output = field("output", 0.0, "Of a million generated tokens.", between(0, 1e9));
    double cached_input =
        field("cached_input", input, "Of a million prompt tokens that the server had in its cache.", between(0, 1e9));
  };

  struct Params : espalier::http::ClientParams {
    using espalier::http::ClientParams::ClientParams;
    std::string model = required<std::string>("model", "What the server calls the model.");
    std::string revision = field("revision", "",
                                 "Anything: another one when a server has other weights by the same name. Stored calls "
                                 "are known by `model` and this, and not by where the server is.");
    Api api = field("api", Api::chat, "Whether the server lays out conversations, or is given texts to complete.",
                    {{"chat", Api::chat}, {"completions", Api::completions}});
    std::optional<std::filesystem::path> chat_template = maybe_file(
        "chat_template", "Of completions: a Jinja file, or a tokenizer_config.json, that lays out conversations.");
    std::vector<espalier::Named<std::string>> template_variables =
        dictionary("template_variables",
                   "Values of the chat template's own variables, such as enable_thinking = false; of chat, the "
                   "server's (chat_template_kwargs).");
    std::string date = field("date", "", "The day that `chat_template` is told, as 2026-11-28; \"\": none.");
    int n_per_request = field("n_per_request", 1,
                              "Candidates that one request asks for, which share a seed; servers that give one at a "
                              "time are asked for each apart.",
                              between(1, 1024));
    bool logprobs = field("logprobs", false,
                          "Ask for log-probabilities, which likelihoods and puct need; not every server has them.");
    std::string extra = free_table("extra", "Fields of every request, such as min_p = 0.05, passed on as they are.");
    std::string token_limit_field = setting("token_limit_field", "max_tokens",
                                            "What the server calls the limit of tokens (max_completion_tokens).");
    std::string seed_field = setting("seed_field", "seed", "What it calls the seed; \"\": none is sent.");
    PriceParams prices = tariff<PriceParams>(
        "prices", "What is charged, for tables, budgets of money and dry runs; stored calls stay valid under others.");
    double spend_limit = setting("spend_limit", 0.0,
                                 "What one run of the program may pay for this model: then it stops, to be gone on "
                                 "with; 0: any. Requests under way come on top.",
                                 between(0, 1e9));

    void validate() const {
      ClientParams::validate();
      if (model.empty()) reject("model", "must not be empty");
      if (api == Api::completions && !chat_template)
        reject("api", "= \"completions\" needs a chat_template, which lays out what is to be completed");
      if (api == Api::chat && chat_template)
        reject("chat_template", "is for api = \"completions\": in chats the server has its own");
      if (!date.empty() && !espalier::jinja::day_of(date))
        reject("date", "must be a day such as \"2026-11-28\", got \"" + date + "\"");
      if (spend_limit > 0 && prices.input <= 0 && prices.output <= 0)
        reject("spend_limit", "needs prices: without any nothing is ever spent");
      const auto given = fields();
      for (const auto& [name, value] : given.items()) {
        if (std::ranges::binary_search(espalier::server::own_fields(), name))
          reject("extra." + name, "cannot be set here: it comes from sampling and parameters");
      }
    }

    espalier::base::OrderedJson fields() const {
      return espalier::base::parse_json<espalier::base::OrderedJson>(extra, "extra");
    }
  };

  static Facts facts(const Params& params) {
    return {.logprobs = params.logprobs,
            .input_price = 1e-6 * params.prices.input,
            .output_price = 1e-6 * params.prices.output};
  }

  explicit Server(const Params& params) : ServerBackend(options(params), params.options()) {}

 private:
  static espalier::server::BackendOptions options(const Params& params) {
    espalier::server::BackendOptions options;
    options.format = {.model = params.model,
                      .prompt = nullptr,
                      .logprobs = params.logprobs,
                      .extra = params.fields(),
                      .token_limit_field = params.token_limit_field,
                      .seed_field = params.seed_field};
    if (params.chat_template) {
      espalier::server::TemplateOptions told{.variables = {}, .date = params.date};
      for (const auto& [name, value] : params.template_variables) told.variables.emplace_back(name, value);
      options.format.prompt =
          std::make_shared<espalier::server::PromptTemplate>(*params.chat_template, std::move(told));
    } else {
      for (const auto& [name, value] : params.template_variables)
        options.format.extra["chat_template_kwargs"][name] = espalier::server::typed(value);
    }
    options.per_request = params.n_per_request;
    options.prices = {
        .input = params.prices.input, .cached_input = params.prices.cached_input, .output = params.prices.output};
    options.spend_limit = params.spend_limit;
    return options;
  }
};

}  // namespace

ESPALIER_PLUGIN(Server, "Asks a model behind an OpenAI-compatible server: vLLM, SGLang, llama.cpp, a hosted one.")
