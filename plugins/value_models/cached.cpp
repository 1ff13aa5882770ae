#include <espalier/plugin.hpp>
#include <espalier/runtime.hpp>
#include <espalier/value_model.hpp>
#include <functional>
#include <list>
#include <mutex>
#include <unordered_map>

namespace {

/// Remembers what another value model said, so that a state met again, by another arm or search, is not scored again.
/// States are the same when problem, speakers, texts, tokens, log-probabilities and reward are; the least recently used
/// are forgotten. What the score cost is charged each time: a ledger must not show who came first, or how much was
/// forgotten.
class Cached final : public espalier::ValueModel {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    std::shared_ptr<espalier::ValueModel> value =
        plugin<espalier::ValueModel>("value", "The value model whose scores are kept.", "uniform");
    int capacity = setting("capacity", 100'000, "How many scores are kept.", espalier::between(1, 100'000'000));
  };

  explicit Cached(Params params) : params_(std::move(params)) {}

  std::vector<espalier::Value> score(std::span<const espalier::State> states) override {
    std::vector<Score> scores(states.size());
    std::vector<std::string> keys;
    for (const auto& state : states) keys.push_back(key(state));
    // Each distinct unknown state is asked for once, however often it stands in the batch.
    std::vector<std::size_t> unknown;
    std::vector<std::pair<std::size_t, std::size_t>> repeated;
    std::unordered_map<std::string_view, std::size_t> asked;
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (const auto known = recall(keys[i])) {
        scores[i] = *known;
        espalier::charge(known->charge);
      } else if (const auto [place, fresh] = asked.try_emplace(keys[i], i); fresh) {
        unknown.push_back(i);
      } else {
        repeated.emplace_back(i, place->second);
      }
    }
    // The lock is not held here: scoring may park this fiber while others of the same thread come by.
    ask(states, unknown, scores);
    for (const std::size_t i : unknown) remember(std::move(keys[i]), scores[i]);
    for (const auto& [i, first] : repeated) {
      scores[i] = scores[first];
      espalier::charge(scores[i].charge);
    }
    std::vector<espalier::Value> values;
    for (const auto& score : scores) values.push_back(score.value);
    return values;
  }

 private:
  struct Score {
    espalier::Value value;
    espalier::Charge charge;
  };
  using Entries = std::list<std::pair<std::string, Score>>;  ///< most recently used first

  /// Asks for each state by itself, side by side, which tells what each costs and still makes one batch.
  void ask(std::span<const espalier::State> states, const std::vector<std::size_t>& places,
           std::vector<Score>& scores) const {
    std::vector<std::function<void()>> tasks;
    for (const std::size_t place : places) {
      tasks.push_back([&, place] {
        Score& score = scores[place];
        score.charge = espalier::charged([&] { score.value = params_.value->score(states.subspan(place, 1)).front(); });
      });
    }
    espalier::together(tasks);
  }

  /// All that a value model can see of a state, as bytes; every part is preceded by its length. With the number of the
  /// last candidate, as the first of siblings may be charged for what all have in common.
  static std::string key(const espalier::State& state) {
    std::string bytes;
    const auto add = [&](const void* data, std::size_t size) {
      bytes.append(reinterpret_cast<const char*>(&size), sizeof size);
      if (size > 0) bytes.append(static_cast<const char*>(data), size);
    };
    add(state.problem->id.data(), state.problem->id.size());
    add(state.problem->question.data(), state.problem->question.size());
    const double reward = state.reward.value_or(0);
    add(&reward, sizeof reward);
    bytes += state.terminal() ? 'T' : 'N';
    const int candidate = state.transcript.candidate();
    add(&candidate, sizeof candidate);
    for (const auto* message : state.transcript.messages()) {
      add(&message->node, sizeof message->node);
      add(message->text.data(), message->text.size());
      add(message->tokens.data(), message->tokens.size() * sizeof(std::int32_t));
      add(message->logprobs.data(), message->logprobs.size() * sizeof(float));
    }
    return bytes;
  }

  std::optional<Score> recall(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) return std::nullopt;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->second;
  }

  void remember(std::string key, const Score& score) {
    const std::lock_guard lock(mutex_);
    if (places_.contains(key)) return;
    entries_.emplace_front(std::move(key), score);
    places_.emplace(entries_.front().first, entries_.begin());
    if (entries_.size() > static_cast<std::size_t>(params_.capacity)) {
      places_.erase(entries_.back().first);
      entries_.pop_back();
    }
  }

  Params params_;
  std::mutex mutex_;
  Entries entries_;
  std::unordered_map<std::string_view, Entries::iterator> places_;  ///< keys live in the entries
};

}  // namespace

ESPALIER_PLUGIN(Cached, "Remembers the scores of another value model.")
