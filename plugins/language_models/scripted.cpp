#include <algorithm>
#include <cmath>
#include <deque>
#include <espalier/kit/weighted_choice.hpp>
#include <espalier/language_model.hpp>
#include <espalier/plugin.hpp>
#include <numeric>
#include <stdexcept>

#include "base/regex.hpp"

namespace {

/// What is answered to prompts that a pattern matches.
struct RuleParams : espalier::Params {
  using espalier::Params::Params;
  std::string when = field("when", "", "Regular expression the last message must match. Empty: any message.");
  std::vector<std::string> replies =
      field("replies", std::vector<std::string>{"$0"},
            "What is answered; $0 is what the pattern matched (all, where it is empty), $1 to "
            "$9 are its groups.");
  std::vector<double> weights =
      field("weights", std::vector<double>{}, "Proportions in which replies are drawn; empty: all alike.",
            espalier::between(0, 1e9));

  void validate() const {
    try {
      static_cast<void>(espalier::base::Regex(when));
    } catch (const std::invalid_argument& error) {
      reject("when", std::string("is no regular expression: ") + error.what());
    }
    if (replies.empty()) reject("replies", "must hold at least one text");
    if (weights.empty()) return;
    if (weights.size() != replies.size()) {
      reject("weights", "must have one number per reply: " + std::to_string(replies.size()) + ", got " +
                            std::to_string(weights.size()));
    } else if (std::accumulate(weights.begin(), weights.end(), 0.0) <= 0) {
      reject("weights", "must not all be zero");
    }
  }
};

/// A rule made ready.
class Rule {
 public:
  explicit Rule(const RuleParams& params) : any_(params.when.empty()), when_(params.when), replies_(params.replies) {
    weights_ = params.weights.empty() ? std::vector<double>(replies_.size(), 1.0) : params.weights;
    total_ = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  }

  /// The matched text and its groups; empty when the rule does not apply.
  std::vector<std::string> match(const std::string& heard) const {
    return any_ ? std::vector<std::string>{heard} : when_.match(heard);
  }

  /// Draws a reply by `key`, each with a chance proportional to its weight to the power 1 / temperature (0: the
  /// heaviest); returns it with the log of its probability at temperature 1.
  std::pair<std::string, double> reply(const std::vector<std::string>& groups, const espalier::Key& key,
                                       double temperature) const {
    const std::size_t pick =
        temperature > 0 ? espalier::weighted_choice(tempered(temperature), espalier::draw_uniform(key, 0)) : heaviest();
    return {filled(replies_[pick], groups), std::log(weights_[pick] / total_)};
  }

 private:
  std::size_t heaviest() const {
    return static_cast<std::size_t>(std::max_element(weights_.begin(), weights_.end()) - weights_.begin());
  }

  /// Relative to the heaviest, so that low temperatures do not overflow.
  std::vector<double> tempered(double temperature) const {
    std::vector<double> chances;
    for (const double weight : weights_) chances.push_back(std::pow(weight / weights_[heaviest()], 1 / temperature));
    return chances;
  }

  static std::string filled(const std::string& reply, const std::vector<std::string>& groups) {
    std::string text;
    for (std::size_t i = 0; i < reply.size(); ++i) {
      const bool place = reply[i] == '$' && i + 1 < reply.size() && reply[i + 1] >= '0' && reply[i + 1] <= '9';
      if (!place) {
        text += reply[i];
        continue;
      }
      const auto group = static_cast<std::size_t>(reply[++i] - '0');
      if (group < groups.size()) text += groups[group];
    }
    return text;
  }

  bool any_;
  espalier::base::Regex when_;
  std::vector<std::string> replies_;
  std::vector<double> weights_;
  double total_ = 0;
};

// A language model made of rules: the first rule whose pattern matches the last message answers. Candidate k's reply
// depends on the prompt, the key and k alone. A token is a word with the white space before it, its id a hash of it;
// the log-probability of a reply is spread evenly over its tokens, so that likelihoods of messages are exact.
class Scripted final : public espalier::Backend {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    std::vector<espalier::Named<RuleParams>> rules = tables<RuleParams>(
        "rules", "The first rule that matches the last message answers; without any, it is repeated.");
    int batch = setting("batch", 256, "How many requests are taken in at once.", espalier::between(1, 1'000'000));
  };

  explicit Scripted(const Params& params) : batch_(static_cast<std::size_t>(params.batch)) {
    for (const auto& [name, rule] : params.rules) rules_.emplace_back(rule);
  }

  bool admit(espalier::Ticket ticket, const espalier::Work& work) override {
    if (waiting_.size() >= batch_) return false;
    waiting_.emplace_back(ticket, work);
    return true;
  }

  void step(std::vector<espalier::Finished>& finished) override {
    for (const auto& [ticket, work] : waiting_) finished.push_back(answer(ticket, work));
    waiting_.clear();
  }

  void drop(espalier::Ticket ticket) override {
    std::erase_if(waiting_, [&](const auto& entry) { return entry.first == ticket; });
  }

  int tokens(std::string_view text) const override { return static_cast<int>(words(text).size()); }

 private:
  espalier::Finished answer(espalier::Ticket ticket, const espalier::Work& work) const {
    try {
      const auto* request = std::get_if<espalier::Request>(&work);
      if (request == nullptr) throw std::logic_error("the scripted language model has no base model to read with");
      return {.ticket = ticket, .result = completions(*request)};
    } catch (...) {
      return {.ticket = ticket, .result = std::current_exception()};
    }
  }

  std::vector<espalier::Completion> completions(const espalier::Request& request) const {
    if (request.chat.messages.empty()) throw std::invalid_argument("the chat is empty");
    const std::string& heard = request.chat.messages.back().text;
    int prompt_tokens = 0;
    for (const auto& message : request.chat.messages) prompt_tokens += tokens(message.text);
    std::vector<espalier::Completion> all;
    for (int k = request.first; k < request.first + request.count; ++k) {
      const auto [text, logprob] =
          reply(heard, request.key.child(static_cast<std::uint64_t>(k)), request.sampling.temperature);
      all.push_back(complete(text, logprob, request.sampling));
      all.back().prompt_tokens = prompt_tokens;
    }
    return all;
  }

  std::pair<std::string, double> reply(const std::string& heard, const espalier::Key& key, double temperature) const {
    for (const auto& rule : rules_) {
      if (const auto groups = rule.match(heard); !groups.empty()) return rule.reply(groups, key, temperature);
    }
    if (!rules_.empty()) throw std::runtime_error("no rule matches the last message: " + heard.substr(0, 200));
    return {heard, 0.0};
  }

  /// Cuts the text where the sampling says and takes it apart into tokens.
  static espalier::Completion complete(std::string text, double logprob, const espalier::Sampling& sampling) {
    for (const auto& stop : sampling.stop) {
      if (!stop.empty()) text.resize(std::min(text.size(), text.find(stop)));
    }
    auto pieces = words(text);
    espalier::Completion completion;
    const std::size_t whole = pieces.size();
    if (whole > static_cast<std::size_t>(sampling.max_tokens)) {
      pieces.resize(static_cast<std::size_t>(sampling.max_tokens));
      completion.finish = espalier::Finish::length;
    }
    for (const auto& piece : pieces) {
      completion.text += piece;
      completion.tokens.push_back(static_cast<std::int32_t>(espalier::Key{}.child(piece).lo % 1'000'003));
      completion.logprobs.push_back(static_cast<float>(logprob / static_cast<double>(whole)));
    }
    return completion;
  }

  /// Splits before every run of white space that follows a word; the pieces join to the text again.
  static std::vector<std::string_view> words(std::string_view text) {
    constexpr std::string_view white = " \t\r\n";
    std::vector<std::string_view> pieces;
    while (!text.empty()) {
      const std::size_t word = std::min(text.find_first_not_of(white), text.size());
      const std::size_t end = std::min(text.find_first_of(white, word), text.size());
      pieces.push_back(text.substr(0, end));
      text.remove_prefix(end);
    }
    return pieces;
  }

  std::vector<Rule> rules_;
  std::size_t batch_;
  std::deque<std::pair<espalier::Ticket, espalier::Work>> waiting_;
};

}  // namespace

ESPALIER_PLUGIN(Scripted, "Answers by rules: patterns on the last message, replies drawn by weight.")
