#include <algorithm>
#include <cmath>
#include <espalier/bad_input.hpp>
#include <espalier/base_model.hpp>
#include <espalier/plugin.hpp>
#include <espalier/runtime.hpp>
#include <espalier/value_model.hpp>

#include "published_reward/layout.hpp"

namespace {

using espalier::BadInput;
using espalier::State;
using espalier::Value;
using espalier::published::Layout;

constexpr const char* kDetected = "auto";

std::vector<std::string> layout_names() {
  std::vector<std::string> names{kDetected};
  for (const Layout& layout : espalier::published::layouts()) names.push_back(layout.name);
  return names;
}

/// A reward model that somebody has published, as its checkpoint lies on disk. `base` reads the folder
/// ({ type = "transformer", checkpoint = "..." }), heads included; this lays conversations out as the model was taught
/// them, a message of the team's being a step, and reads what it thinks of the newest one: the probability p that it is
/// right, V = 2 p - 1. Only tokens that the state before did not have are read.
///
///   prm_trainer              (TRL's PRMTrainer) start token, question, then each message and a line end, tokenised
///                            apart; `score` at that line end, the second of two labels
///   qwen_math_prm            (Qwen2.5-Math-PRM) a chat with its system prompt; the reply is each message and
///                            <extra_0>, where `score` has two layers; the second of two labels
///   math_shepherd            (Math-Shepherd) "QUESTION Step 1: MESSAGE ки" and so on, a line each; + against
///                            - as the next token
///   rlhflow                  (RLHFlow's PRMs) a chat: "QUESTION MESSAGE" and every further message are the user's;
///                            + or - as the assistant's answer
///   skywork_prm              (Skywork-o1-Open-PRM) start token, question, then each line and its end, tokenised apart;
///                            sigmoid of `v_head.summary` at the last
///   sequence_classification  (outcome rewards of transformers and TRL) a chat: the question, and all messages in one
///                            reply; sigmoid of `score` at the very end, or the softmax's share of a label
///
/// `layout = "auto"` tells them by the heads of the checkpoint: `v_head.summary`, `score` with two layers, with a bias
/// (a token classifier) or without (a sequence classifier). A checkpoint without a head needs its layout said. All that
/// a layout says can be said otherwise, for models that were taught in another manner. States without messages are
/// worth 0.
class PublishedReward final : public espalier::ValueModel {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    std::shared_ptr<espalier::LanguageModel> base = plugin<espalier::LanguageModel>(
        "base", "The checkpoint, as a language model whose weights are in this process.");
    std::string layout =
        one_of("layout", kDetected, "How it was taught; auto: as the checkpoint's heads tell.", layout_names());
    std::optional<std::string> system = maybe<std::string>("system", "System prompt of chats. Absent: the layout's.");
    std::optional<std::string> question =
        maybe<std::string>("question", "How the question is shown, with the place {question}. Absent: the layout's.");
    std::optional<std::string> message =
        maybe<std::string>("message",
                           "How a message is shown, with the places {message}, {role} and {number}, which counts from "
                           "1. Absent: the layout's.");
    std::optional<std::string> between =
        maybe<std::string>("between", "What stands between a message and the next. Absent: the layout's.");
    std::optional<std::string> mark =
        maybe<std::string>("mark", "What closes a message and is where it is judged. Absent: the layout's.");
    std::optional<std::string> good =
        maybe<std::string>("good", "What is said of right messages; its last token counts. Absent: the layout's.");
    std::optional<std::string> bad =
        maybe<std::string>("bad", "What is said of wrong ones, likewise. Absent: the layout's.");
    std::optional<int> label =
        maybe<int>("label", "Which of the head's outputs says right, from 0; needed where there are more than two.",
                   espalier::between(0, 4095));
    bool raw =
        field("raw", false,
              "Give that output itself, or how much more log-probability `good` has than `bad`: outside [-1, 1].");

    void validate() const {
      refuse_fault("question", question, espalier::published::kQuestionPlaces);
      refuse_fault("message", message, espalier::published::kMessagePlaces);
      for (const auto& [key, word] : {std::pair("good", &good), std::pair("bad", &bad)})
        if (*word && (*word)->empty()) reject(key, "must not be empty");
    }

   private:
    void refuse_fault(std::string_view key, const std::optional<std::string>& text,
                      const espalier::TextTemplate::Names& places) const {
      if (!text) return;
      if (auto fault = espalier::TextTemplate::fault(*text, places)) reject(key, std::move(*fault));
    }
  };

  static Facts facts(const Params& params) { return {.raw = params.raw, .stored = true}; }

  explicit PublishedReward(Params params)
      : params_(std::move(params)),
        base_model_(base_model_of(params_)),
        layout_(layout_of(params_, *base_model_)),
        page_(layout_, *base_model_),
        label_(label_of(params_, layout_, *base_model_)),
        scoring_head_(base_model_->attach(scoring_head_spec())) {}

  std::vector<Value> score(std::span<const State> states) override {
    std::vector<espalier::ModelInput> inputs;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (states[i].transcript.empty()) continue;
      inputs.push_back(input_of(states[i]));
      places.push_back(i);
    }
    std::vector<Value> values(states.size());
    if (inputs.empty()) return values;
    const auto rows = scoring_head_->read(inputs);
    const auto width = static_cast<std::size_t>(scoring_head_->outputs());
    for (std::size_t i = 0; i < places.size(); ++i)
      values[places[i]] = {.mean = value_of(std::span(rows).subspan(i * width, width))};
    return values;
  }

 private:
  static std::shared_ptr<espalier::BaseModel> base_model_of(const Params& params) {
    auto base_model = params.base->base_model();
    if (!base_model) throw BadInput("`base` must be a language model whose weights are in this process");
    return base_model;
  }

  static Layout layout_of(const Params& params, const espalier::BaseModel& base_model) {
    const auto heads = base_model.heads();
    const auto known = espalier::published::layouts();
    const bool told = params.layout != kDetected;
    const auto* found =
        told ? &*std::ranges::find(known, params.layout, &Layout::name) : espalier::published::layout_of(heads);
    if (found == nullptr)
      throw BadInput(
          "the checkpoint has no head that tells how it was taught; say it: layout = \"math_shepherd\" or \"rlhflow\" "
          "for those that answer in tokens");
    Layout layout = *found;
    if (!told) espalier::log(espalier::LogLevel::info, "the published reward is read in the layout " + layout.name);
    const auto replace = [](std::string& text, const std::optional<std::string>& given) {
      if (given) text = *given;
    };
    replace(layout.system, params.system);
    replace(layout.question, params.question);
    replace(layout.message, params.message);
    replace(layout.between, params.between);
    replace(layout.mark, params.mark);
    replace(layout.good, params.good);
    replace(layout.bad, params.bad);
    return layout;
  }

  /// The output that says right; 0 where tokens are read.
  static std::size_t label_of(const Params& params, const Layout& layout, const espalier::BaseModel& base_model) {
    if (layout.head.empty()) {
      if (params.label)
        throw BadInput("`label` names an output of a head, and the layout " + layout.name + " reads none");
      return 0;
    }
    const auto heads = base_model.heads();
    const auto head = std::ranges::find(heads, layout.head, &espalier::CheckpointHead::name);
    if (head == heads.end())
      throw BadInput("the checkpoint has no head `" + layout.head + "`, which the layout " + layout.name + " reads");
    if (!params.label && head->outputs > 2)
      throw BadInput("the head `" + layout.head + "` has " + std::to_string(head->outputs) +
                     " outputs: `label` must say which of them means right");
    const int label = params.label.value_or(head->outputs - 1);
    if (label >= head->outputs)
      throw BadInput("`label` is " + std::to_string(label) + ", but the head `" + layout.head + "` has " +
                     std::to_string(head->outputs) + (head->outputs == 1 ? " output" : " outputs"));
    return static_cast<std::size_t>(label);
  }

  espalier::ScoringHeadSpec scoring_head_spec() const {
    espalier::ScoringHeadSpec spec;
    if (!layout_.head.empty()) {
      spec.checkpoint_head = layout_.head;
      return spec;
    }
    for (const auto& word : {layout_.good, layout_.bad}) {
      const auto tokens = base_model_->encode(word);
      if (tokens.empty()) throw BadInput("\"" + word + "\" has no token that could be read");
      spec.choice_tokens.push_back(tokens.back());
    }
    if (spec.choice_tokens.front() == spec.choice_tokens.back())
      throw BadInput("\"" + layout_.good + "\" and \"" + layout_.bad + "\" end with one token, which says neither");
    return spec;
  }

  espalier::ModelInput input_of(const State& state) const {
    const int depth = state.transcript.depth();
    espalier::ModelInput input{.tokens = page_.show(state, depth), .lease = state.transcript.lease()};
    if (input.tokens.empty()) throw BadInput("the layout shows the model nothing: neither text nor mark");
    input.at = {static_cast<std::int32_t>(input.tokens.size()) - 1};
    // Logically a state's first child reads the question or its last message; the others find it read.
    if (depth > 1 || state.transcript.candidate() > 0) {
      const auto before = page_.show(state, depth - 1);
      const auto same = std::ranges::mismatch(input.tokens, before).in1 - input.tokens.begin();
      input.known = std::min(static_cast<int>(same), input.at.front());
    }
    return input;
  }

  double value_of(std::span<const float> outputs) const {
    if (layout_.head.empty()) return scaled(static_cast<double>(outputs[0]) - static_cast<double>(outputs[1]));
    const auto right = static_cast<double>(outputs[label_]);
    if (params_.raw || outputs.size() == 1) return scaled(right);
    // The log-odds of the softmax.
    const auto most = static_cast<double>(*std::ranges::max_element(outputs));
    double others = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i)
      if (i != label_) others += std::exp(static_cast<double>(outputs[i]) - most);
    return scaled(right - most - std::log(others));
  }

  /// 2 p - 1 of log-odds.
  double scaled(double log_odds) const { return params_.raw ? log_odds : std::tanh(log_odds / 2); }

  Params params_;
  std::shared_ptr<espalier::BaseModel> base_model_;
  Layout layout_;
  espalier::published::Page page_;
  std::size_t label_;
  std::shared_ptr<espalier::ScoringHead> scoring_head_;
};

}  // namespace

ESPALIER_PLUGIN(PublishedReward, "Reads a published process or outcome reward model as its checkpoint lies on disk.")
