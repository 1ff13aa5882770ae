#include <espalier/plugin.hpp>
#include <espalier/value_model.hpp>
#include <list>
#include <mutex>
#include <unordered_map>

namespace {

/// Remembers what another value model said, so that a state met again, by another arm or search, is not scored again.
/// States are the same when problem, speakers, texts, tokens, log-probabilities and reward are; the least recently used
/// are forgotten.
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
    std::vector<espalier::Value> values(states.size());
    std::vector<std::string> keys;
    for (const auto& state : states) keys.push_back(key(state));
    // Each distinct unknown state is asked for once, however often it stands in the batch.
    std::vector<espalier::State> unknown;
    std::unordered_map<std::string_view, std::size_t> asked;
    std::vector<std::pair<std::size_t, std::size_t>> open;
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (const auto known = recall(keys[i])) {
        values[i] = *known;
        continue;
      }
      const auto [place, fresh] = asked.try_emplace(keys[i], unknown.size());
      if (fresh) unknown.push_back(states[i]);
      open.emplace_back(i, place->second);
    }
    if (unknown.empty()) return values;
    // The lock is not held here: scoring may park this fiber while others of the same thread come by.
    const auto scores = params_.value->score(unknown);
    for (const auto& [i, place] : open) values[i] = scores[place];
    for (const auto& [text, place] : asked) remember(std::string(text), scores[place]);
    return values;
  }

 private:
  using Entries = std::list<std::pair<std::string, espalier::Value>>;  ///< most recently used first

  /// All that a value model can see of a state, as bytes; every part is preceded by its length.
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
    for (const auto* message : state.transcript.messages()) {
      add(&message->node, sizeof message->node);
      add(message->text.data(), message->text.size());
      add(message->tokens.data(), message->tokens.size() * sizeof(std::int32_t));
      add(message->logprobs.data(), message->logprobs.size() * sizeof(float));
    }
    return bytes;
  }

  std::optional<espalier::Value> recall(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) return std::nullopt;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->second;
  }

  void remember(std::string key, espalier::Value value) {
    const std::lock_guard lock(mutex_);
    if (places_.contains(key)) return;
    entries_.emplace_front(std::move(key), value);
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
