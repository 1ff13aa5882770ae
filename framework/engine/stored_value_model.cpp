#include "engine/stored_value_model.hpp"

#include <cmath>
#include <espalier/learning.hpp>
#include <espalier/runtime.hpp>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "engine/activity_page.hpp"
#include "engine/engine.hpp"
#include "engine/ledger.hpp"

namespace espalier::engine {
namespace {

class StoredValueModel final : public ValueModel {
 public:
  StoredValueModel(std::shared_ptr<ValueModel> model, ValueModelIdentity identity, std::shared_ptr<CallStore> store)
      : model_(std::move(model)), identity_(std::move(identity)) {
    if (!store || !identity_.facts.stored) return;
    store_ = std::move(store);
    number_ = store_->model(identity_.identity, "value model " + identity_.name);
  }

  std::vector<Value> score(std::span<const State> states) override {
    Engine* const engine = Engine::current();
    if (!learning_ && store_ && engine != nullptr && current_receipt() != nullptr) return stored(states, *engine);
    return made(states);
  }

  std::unique_ptr<Learner> learner(const LearnerSpec& spec) override {
    learning_ = true;  // from now on its scores are those of weights that nobody else has
    return model_->learner(spec);
  }

  void save(const std::filesystem::path& folder) const override { model_->save(folder); }

  const std::string& name() const { return identity_.name; }

 private:
  std::vector<Value> made(std::span<const State> states) {
    const PluginCall call(*model_, PluginMember::score);  // the plugin is the one below, not this
    auto values = model_->score(states);
    if (!learning_) check_values(identity_.name, identity_.facts.raw, states, values);
    return values;
  }

  std::vector<Value> stored(std::span<const State> states, Engine& engine) {
    std::vector<CallKey> keys;
    keys.reserve(states.size());
    for (const State& state : states) keys.push_back(score_key(identity_.identity, state, identity_.facts.oracle));
    auto scores = store_->scores(keys);
    std::map<CallKey, std::size_t> missing;  // a state given twice is asked about once
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (!scores[i]) missing.try_emplace(keys[i], i);
    }
    make(states, missing, scores);
    for (const auto& [key, place] : missing) store_->put(number_, key, *scores[place]);
    if (!missing.empty()) engine.commit_with_step(*store_);
    std::vector<Value> values;
    values.reserve(states.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto known = missing.find(keys[i]);
      const StoredScore& score = *scores[known != missing.end() ? known->second : i];
      if (known == missing.end() || known->second != i) charge(score.charge);  // what was made here is charged already
      values.push_back(score.value);
    }
    current_receipt()->count_scores(static_cast<std::int64_t>(missing.size()),
                                    static_cast<std::int64_t>(keys.size() - missing.size()));
    return values;
  }

  /// Asks about each state by itself, side by side, which tells what each costs and still makes one batch.
  void make(std::span<const State> states, const std::map<CallKey, std::size_t>& missing,
            std::vector<std::optional<StoredScore>>& scores) {
    std::vector<std::function<void()>> tasks;
    for (const auto& entry : missing) {
      tasks.push_back([&, place = entry.second] {
        StoredScore score;
        score.charge = charged([&] { score.value = made(states.subspan(place, 1)).front(); });
        scores[place] = score;
      });
    }
    together(tasks);
  }

  std::shared_ptr<ValueModel> model_;
  ValueModelIdentity identity_;
  std::shared_ptr<CallStore> store_;  ///< null where nothing is stored
  std::int64_t number_ = 0;
  bool learning_ = false;
};

std::string spelled(double number) {
  std::ostringstream text;
  text << number;
  return text.str();
}

}  // namespace

std::shared_ptr<ValueModel> make_value_model(std::shared_ptr<ValueModel> model, ValueModelIdentity identity,
                                             std::shared_ptr<CallStore> store) {
  return std::make_shared<StoredValueModel>(std::move(model), std::move(identity), std::move(store));
}

std::string name_of(const ValueModel& model) {
  const auto* const stored = dynamic_cast<const StoredValueModel*>(&model);
  return stored != nullptr ? stored->name() : std::string();
}

void check_values(const std::string& name, bool raw, std::span<const State> states, std::span<const Value> values) {
  const auto refuse = [&](const std::string& what, const std::string& rule) {
    throw std::logic_error("the value model " + name + " returned " + what + ": " + rule);
  };
  if (values.size() != states.size()) {
    refuse(std::to_string(values.size()) + " values for " + std::to_string(states.size()) + " states",
           "there must be one for each");
  }
  for (std::size_t i = 0; i < states.size(); ++i) {
    const auto& [mean, deviation] = values[i];
    const std::string where = " for state '" + states[i].transcript.path() + "' of problem " + states[i].problem->id;
    if (!std::isfinite(mean)) refuse("the value " + spelled(mean) + where, "values must be finite");
    if (!raw && std::abs(mean) > 1) {
      refuse("the value " + spelled(mean) + where,
             "values lie in [-1, 1], but for value models whose facts say that they are raw");
    }
    if (!std::isfinite(deviation) || deviation < 0) {
      refuse("the deviation " + spelled(deviation) + where, "deviations must be finite and not negative");
    }
  }
}

void check_unnamed(const ValueModel& model, std::span<const State> states, std::span<const Value> values) {
  if (name_of(model).empty()) check_values("of the search itself", false, states, values);
}

}  // namespace espalier::engine
