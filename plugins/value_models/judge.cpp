#include <algorithm>
#include <cmath>
#include <cstdio>
#include <espalier/bad_input.hpp>
#include <espalier/base_model.hpp>
#include <espalier/kit/text_template.hpp>
#include <espalier/plugin.hpp>
#include <espalier/runtime.hpp>
#include <espalier/serialisation.hpp>
#include <espalier/value_model.hpp>
#include <functional>
#include <mutex>

#include "judge/verdict.hpp"

namespace {

using espalier::State;
using espalier::Value;

const std::vector<std::string> kPlaces = {"conversation", "from:NAME", "message", "question", "role"};

std::string spelled(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", number);
  return text;
}

/// Asks a language model what it thinks of a state's newest message, or of the whole conversation, and reads a value
/// out of its answer:
///
///   probability  p(yes) / (p(yes) + p(no)) of the words as the whole reply, V = 2 p - 1. Of a model whose weights are
///                in this process both are read exactly. Of others a reply is drawn: one of probability q that says yes
///                tells p = q, one that says no p = 1 - q, which for two tokens that share all probability is the same
///                p whatever was drawn
///   word         1 where the last of the words in the reply says yes, -1 where it says no: there may be thoughts
///                before it
///   number       the last number in the reply, [lowest, highest] drawn out to [-1, 1]
///
/// Several votes are averaged; the deviation is that of their mean. A reply that cannot be read, or a number beyond the
/// scale, is a vote of 0: it says neither, and a judge that seldom answers is not as sure as one that always does. The
/// first one is told in the log. States without messages are worth 0.
///
/// Votes are calls like any others: stored, counted, and drawn by a key of what was asked, so that the same words are
/// judged alike wherever they were said.
class Judge final : public espalier::ValueModel {
 public:
  enum class Answer { probability, word, number };

  struct Params : espalier::Params {
    using espalier::Params::Params;
    std::shared_ptr<espalier::LanguageModel> model = plugin<espalier::LanguageModel>("model", "The judge.");
    Answer answer = field("answer", Answer::probability, "What is read of a reply.",
                          {{"probability", Answer::probability}, {"word", Answer::word}, {"number", Answer::number}});
    std::vector<std::string> yes =
        field("yes", std::vector<std::string>{"Yes", "yes"}, "Words that say that it is right.");
    std::vector<std::string> no = field("no", std::vector<std::string>{"No", "no"}, "Words that say that it is not.");
    double lowest = field("lowest", 0.0, "The worst number.", espalier::between(-1e9, 1e9));
    double highest = field("highest", 10.0, "The best number.", espalier::between(-1e9, 1e9));
    std::string system = field("system", "", "System prompt; may hold the places of `template`. Empty: none.");
    std::string user =
        field("template", question(),
              "What the judge is asked: {question}, {conversation} (all messages, each behind its role), {message} and "
              "{role} (the newest message, and who said it) and {from:NAME} (what one node said last) are filled in; a "
              "brace is written {{ or }}.");
    int votes = field("votes", 1,
                      "Replies drawn and averaged; of models whose weights are in this process, probabilities need "
                      "none.",
                      espalier::between(1, 1000));
    double temperature = field("temperature", votes > 1 ? 1.0 : 0.0, "Of the replies; 0: the most probable token.",
                               espalier::between(0, 100));
    int max_tokens = field("max_tokens", answer == Answer::probability ? 1 : 512, "Most tokens of a reply.",
                           espalier::between(1, 1'000'000));
    int seed = field("seed", 0, "Of the votes.", espalier::between(0, 1e9));

    void validate() const {
      refuse_fault("system", system);
      refuse_fault("template", user);
      if (answer == Answer::number) {
        if (!(lowest < highest)) reject("highest", "must be above `lowest`");
      } else {
        refuse_words("yes", yes, no);
        refuse_words("no", no, yes);
      }
      if (votes > 1 && temperature == 0)
        reject("temperature", "must be above 0 where there are several votes, which would all be the same");
    }

   private:
    std::string question() const {
      const std::string all = "Question:\n{question}\n\nConversation:\n{conversation}\n\n";
      if (answer == Answer::number)
        return all + "How good is the newest message as a step towards the right answer? Reply with one number from " +
               spelled(lowest) + " (wrong) to " + spelled(highest) + " (right).";
      return all + "Is the newest message right, as far as it goes? Reply with one word: Yes or No.";
    }

    void refuse_fault(std::string_view key, const std::string& text) const {
      if (auto fault = espalier::TextTemplate::fault(text, kPlaces)) reject(key, std::move(*fault));
    }

    void refuse_words(std::string_view key, const std::vector<std::string>& words,
                      const std::vector<std::string>& others) const {
      if (words.empty()) return reject(key, "must hold at least one word");
      for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i].empty()) return reject(key, "holds an empty word");
        const auto begins = [&](const std::string& other) {
          return &other != &words[i] &&
                 (answer == Answer::probability ? other.starts_with(words[i]) : other == words[i]);
        };
        if (std::ranges::any_of(words, begins) || std::ranges::any_of(others, begins))
          return reject(key, "holds \"" + words[i] + "\", with which another word begins, so that a reply says both");
      }
    }
  };

  /// A function of what was said; the votes are stored besides, which a run that was stopped goes on from.
  static Facts facts(const Params&) { return {.stored = true}; }

  explicit Judge(Params params)
      : params_(std::move(params)),
        system_(params_.system, kPlaces),
        user_(params_.user, kPlaces),
        words_{params_.yes, params_.no},
        base_model_(params_.answer == Answer::probability ? params_.model->base_model() : nullptr) {
    if (base_model_) scoring_head_ = base_model_->attach({.token_logprob = true});
  }

  std::vector<Value> score(std::span<const State> states) override {
    std::vector<Value> values(states.size());
    std::vector<std::function<void()>> tasks;
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (states[i].transcript.empty()) continue;
      tasks.push_back([this, &value = values[i], &state = states[i]] { value = judged(state); });
    }
    espalier::together(tasks);
    return values;
  }

 private:
  Value judged(const State& state) {
    const espalier::Chat chat = asked(state);
    if (base_model_) return {.mean = 2 * read_probability(chat, state) - 1};
    std::vector<double> votes;
    for (const auto& completion : params_.model->generate({.chat = chat,
                                  .sampling = {.temperature = params_.temperature, .max_tokens = params_.max_tokens},
                                  .key = key(chat),
                                  .count = params_.votes,
                                  .lease = state.transcript.lease()}))
      votes.push_back(vote(completion));
    return averaged(votes);
  }

  espalier::Chat asked(const State& state) const {
    using Role = espalier::ChatMessage::Role;
    const auto fill = [&](const espalier::TextTemplate& text) {
      return text.fill([&](const std::string& place) { return shown(place, state); });
    };
    espalier::Chat chat;
    if (!params_.system.empty()) chat.messages.push_back({Role::system, fill(system_)});
    chat.messages.push_back({Role::user, fill(user_)});
    return chat;
  }

  static std::string shown(const std::string& place, const State& state) {
    if (place == "question") return state.problem->question;
    if (place == "message") return state.transcript.last().text;
    if (place == "role") return espalier::role_of(state, state.transcript.last());
    if (place == "conversation") {
      std::string all;
      for (const auto* message : state.transcript.messages())
        all += (all.empty() ? "" : "\n\n") + espalier::role_of(state, *message) + ": " + message->text;
      return all;
    }
    const auto& nodes = state.topology->graph().nodes;
    const auto name = place.substr(std::string_view("from:").size());
    const auto node = std::ranges::find(nodes, name, &espalier::Graph::Node::name);
    const auto* said = node == nodes.end() ? nullptr : state.transcript.of(static_cast<int>(node - nodes.begin()));
    return said == nullptr ? std::string() : said->text;
  }

  /// Of the words asked and nothing else: equal questions get equal votes.
  espalier::Key key(const espalier::Chat& chat) const {
    espalier::Key key = espalier::Key{static_cast<std::uint64_t>(params_.seed), 0}.child("espalier").child("judge");
    for (const auto& message : chat.messages) key = key.child(message.text);
    return key;
  }

  /// p(yes) / (p(yes) + p(no)), where the probability of a word is that of all its tokens as the reply's first ones.
  double read_probability(const espalier::Chat& chat, const State& state) const {
    const std::vector<std::int32_t> prompt = base_model_->render(chat);
    std::vector<espalier::ModelInput> inputs;
    for (const auto* list : {&words_.yes, &words_.no}) {
      for (const auto& word : *list) {
        // Logically the prompt is read once.
        espalier::ModelInput input{.tokens = prompt,
                                   .known = inputs.empty() ? 0 : static_cast<int>(prompt.size()),
                                   .lease = state.transcript.lease()};
        for (const auto token : base_model_->encode(word)) {
          input.at.push_back(static_cast<std::int32_t>(input.tokens.size()));
          input.tokens.push_back(token);
        }
        inputs.push_back(std::move(input));
      }
    }
    const auto logprobs = scoring_head_->read(inputs);
    std::vector<double> of_words;
    auto next = logprobs.begin();
    for (const auto& input : inputs) {
      double sum = 0;
      for (std::size_t i = 0; i < input.at.size(); ++i) sum += static_cast<double>(*next++);
      of_words.push_back(sum);
    }
    const double most = *std::ranges::max_element(of_words);  // so that not both underflow
    double yes = 0;
    double all = 0;
    for (std::size_t i = 0; i < of_words.size(); ++i) {
      const double share = std::exp(of_words[i] - most);
      all += share;
      if (i < words_.yes.size()) yes += share;
    }
    return yes / all;
  }

  /// In [-1, 1]; 0 where the reply cannot be read.
  double vote(const espalier::Completion& completion) {
    const auto read = reading(completion);
    if (!read) tell_unread(completion.text);
    return read.value_or(0.0);
  }

  std::optional<double> reading(const espalier::Completion& completion) const {
    if (params_.answer == Answer::number) {
      const auto number = espalier::judge::rating(completion.text, params_.lowest, params_.highest);
      if (!number) return std::nullopt;
      return 2 * (*number - params_.lowest) / (params_.highest - params_.lowest) - 1;
    }
    if (params_.answer == Answer::word) {
      const auto said = espalier::judge::last_word(completion.text, words_);
      return said ? std::optional(*said ? 1.0 : -1.0) : std::nullopt;
    }
    const auto said = espalier::judge::whole_word(completion.text, words_);
    if (!said) return std::nullopt;
    if (completion.logprobs.empty())
      throw espalier::BadInput(
          "the judge's model gives no log-probabilities, which answer = \"probability\" reads; answer = \"word\" with "
          "several votes does without");
    double logprob = 0;
    for (const float one : completion.logprobs) logprob += static_cast<double>(one);
    const double drawn = std::min(std::exp(logprob), 1.0);
    return *said ? 2 * drawn - 1 : 1 - 2 * drawn;
  }

  void tell_unread(const std::string& reply) {
    std::call_once(told_, [&] {
      espalier::log(espalier::LogLevel::warning,
                    "a judge's reply cannot be read and counts as 0: \"" + reply.substr(0, 80) + "\"");
    });
  }

  static Value averaged(const std::vector<double>& votes) {
    const auto count = static_cast<double>(votes.size());
    double mean = 0;
    for (const double vote : votes) mean += vote / count;
    double squares = 0;
    for (const double vote : votes) squares += (vote - mean) * (vote - mean);
    const double deviation = votes.size() > 1 ? std::sqrt(squares / (count - 1) / count) : 0.0;
    return {.mean = std::clamp(mean, -1.0, 1.0), .deviation = deviation};
  }

  Params params_;
  espalier::TextTemplate system_;
  espalier::TextTemplate user_;
  espalier::judge::Words words_;
  std::shared_ptr<espalier::BaseModel> base_model_;  ///< null where votes are drawn
  std::shared_ptr<espalier::ScoringHead> scoring_head_;
  std::once_flag told_;
};

}  // namespace

ESPALIER_PLUGIN(Judge, "Asks a language model what it thinks of a message: a probability, a word or a number.")
