#include <algorithm>
#include <cmath>
#include <espalier/kit/text_template.hpp>
#include <espalier/plugin.hpp>
#include <espalier/runtime.hpp>
#include <espalier/value_model.hpp>
#include <functional>
#include <stdexcept>

#include "base/json.hpp"
#include "http/client_params.hpp"
#include "server_reward/scorer.hpp"

namespace {

using espalier::server_reward::Rows;
using espalier::server_reward::Scorer;

// A published reward model behind a server: vLLM's /classify or /pooling, SGLang's /classify. The question and all that
// was said so far, each message closed by `step_mark`, are scored; of the server's outputs, the column `output` of one
// row or of all becomes the value:
//
//   probability  V = 2 p - 1        logit  V = 2 / (1 + exp(-x)) - 1        raw  V = x, beyond [-1, 1]
//
// State by state one request; the engine keeps many of them under way.
class ServerReward final : public espalier::ValueModel {
 public:
  enum class Api { vllm_classify, vllm_pooling, sglang_classify };
  enum class Scale { probability, logit, raw };
  enum class Take { last, min, mean, product };

  struct Params : espalier::http::ClientParams {
    using espalier::http::ClientParams::ClientParams;
    std::string model = required<std::string>("model", "What the server calls the reward model.");
    std::string revision = field("revision", "", "Anything: another one when a server has other weights by that name.");
    Api api = field("api", Api::vllm_pooling, "Which interface the server has.",
                    {{"vllm_pooling", Api::vllm_pooling},
                     {"vllm_classify", Api::vllm_classify},
                     {"sglang_classify", Api::sglang_classify}});
    std::string text = field("text", "{question}\n\n{steps}",
                             "What is scored, of classify: {question}, {steps}. Pooling is given a conversation, which "
                             "the server lays out: the question, and {steps} as what the assistant said.");
    std::string step_mark = field("step_mark", "", "What closes every message, such as <extra_0>.");
    std::string separator = field("separator", "\n\n", "What stands between messages.");
    int output = field("output", -1, "Which of a row's outputs counts; -1: the last.", espalier::between(-1, 1023));
    Take take = field("take", Take::last, "Which rows count, where there is one for every step.",
                      {{"last", Take::last}, {"min", Take::min}, {"mean", Take::mean}, {"product", Take::product}});
    Scale scale = field("scale", Scale::probability, "What the outputs are.",
                        {{"probability", Scale::probability}, {"logit", Scale::logit}, {"raw", Scale::raw}});
    std::string extra = free_table("extra", "Fields of every request, passed on as they are.");

    void validate() const {
      ClientParams::validate();
      if (model.empty()) reject("model", "must not be empty");
      if (const auto fault = espalier::TextTemplate::fault(text, {"question", "steps"})) reject("text", *fault);
    }
  };

  static Facts facts(const Params& params) { return {.raw = params.scale == Scale::raw, .stored = true}; }

  explicit ServerReward(Params params)
      : params_(std::move(params)),
        text_(params_.text),
        extra_(espalier::base::parse_json<espalier::base::OrderedJson>(params_.extra, "extra")),
        scorer_(params_.options()) {}

  std::vector<espalier::Value> score(std::span<const espalier::State> states) override {
    std::vector<espalier::Value> values(states.size());
    std::vector<std::function<void()>> tasks;
    for (std::size_t i = 0; i < states.size(); ++i) tasks.push_back([&, i] { values[i] = value_of(states[i]); });
    espalier::together(tasks);
    return values;
  }

 private:
  espalier::Value value_of(const espalier::State& state) {
    if (state.transcript.empty()) return {};  // nothing was said that could be judged
    Scorer::Question question{.post = post(state), .rows = {}};
    static_cast<void>(espalier::await(scorer_, espalier::ScoringWork{.scoring_head = &question, .inputs = {}}));
    const std::int64_t tokens = scorer_.tokens(question.post.prompt);
    espalier::charge({.tokens = tokens, .new_tokens = tokens});
    return {.mean = scaled(taken(question.rows))};
  }

  espalier::http::Post post(const espalier::State& state) const {
    std::string steps;
    for (const auto* message : state.transcript.messages())
      steps += (steps.empty() ? "" : params_.separator) + message->text + params_.step_mark;
    espalier::base::OrderedJson body{{"model", params_.model}};
    espalier::http::Post post{.path = {}, .body = {}, .prompt = state.problem->question + "\n" + steps};
    if (params_.api == Api::vllm_pooling) {
      post.path = "/pooling";
      body["messages"] = {{{"role", "user"}, {"content", state.problem->question}},
                          {{"role", "assistant"}, {"content", steps}}};
    } else {
      post.path = "/classify";
      body[params_.api == Api::vllm_classify ? "input" : "text"] = filled(state.problem->question, steps);
    }
    for (const auto& [name, value] : extra_.items()) body[name] = value;
    post.body = body.dump(-1, ' ', false, espalier::base::OrderedJson::error_handler_t::replace);
    post.tokens = scorer_.tokens(post.prompt);
    return post;
  }

  std::string filled(const std::string& question, const std::string& steps) const {
    return text_.fill([&](const std::string& name) { return name == "question" ? question : steps; });
  }

  double taken(const Rows& rows) const {
    const std::size_t width = rows.front().size();
    const std::size_t column = params_.output < 0 ? width - 1 : static_cast<std::size_t>(params_.output);
    if (column >= width)
      throw std::runtime_error("the server gives " + std::to_string(width) + " outputs; there is no output " +
                               std::to_string(column));
    double value = rows.back()[column];
    if (params_.take == Take::last) return value;
    double sum = 0;
    double product = 1;
    for (const auto& row : rows) {
      value = std::min(value, row[column]);
      sum += row[column];
      product *= row[column];
    }
    if (params_.take == Take::min) return value;
    return params_.take == Take::product ? product : sum / static_cast<double>(rows.size());
  }

  double scaled(double output) const {
    switch (params_.scale) {
      case Scale::probability:
        if (output < -1e-3 || output > 1 + 1e-3)
          throw std::runtime_error("the server's output " + std::to_string(output) +
                                   " is no probability: set scale to \"logit\" or \"raw\"");
        return 2 * std::clamp(output, 0.0, 1.0) - 1;
      case Scale::logit:
        return 2 / (1 + std::exp(-output)) - 1;
      case Scale::raw:
        return output;
    }
    return output;
  }

  Params params_;
  espalier::TextTemplate text_;
  espalier::base::OrderedJson extra_;
  Scorer scorer_;
};

}  // namespace

ESPALIER_PLUGIN(ServerReward, "Has a reward model behind vLLM or SGLang score what was said.")
