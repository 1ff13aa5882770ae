#include "engine/stored_model.hpp"

#include <algorithm>
#include <cmath>
#include <espalier/runtime.hpp>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "engine/engine.hpp"
#include "engine/in_flight_calls.hpp"
#include "engine/ledger.hpp"

namespace espalier::engine {
namespace {

class StoredLanguageModel final : public LanguageModel {
 public:
  StoredLanguageModel(std::shared_ptr<Backend> backend, ModelIdentity identity, std::shared_ptr<CallStore> store)
      : backend_(std::move(backend)), identity_(std::move(identity)), store_(std::move(store)) {
    if (store_) number_ = store_->model(identity_.identity, identity_.description);
  }

  std::vector<Completion> generate(const Request& request) override {
    std::int64_t drawn = 0;
    const std::vector<Completion> completions = obtain(request, drawn);
    charge(request, completions, drawn);
    return completions;
  }

  int tokens(std::string_view text) const override { return backend_->tokens(text); }
  std::shared_ptr<BaseModel> base_model() override { return backend_->base_model(); }

 private:
  /// The candidates of one request, as far as they are known.
  struct Candidates {
    std::vector<CallKey> keys;
    std::vector<std::optional<Completion>> found;
    std::vector<std::pair<std::size_t, std::shared_ptr<InFlightCall>>> elsewhere;  ///< being drawn by others

    bool must_be_drawn(std::size_t i) const {
      return !found[i] && std::ranges::find(elsewhere, i, [](const auto& one) { return one.first; }) == elsewhere.end();
    }
  };

  /// Returns all candidates, and adds to `drawn` how many of them the backend was asked for on this fiber.
  std::vector<Completion> obtain(const Request& request, std::int64_t& drawn) {
    Candidates candidates = look_up(request);
    draw_missing(request, candidates, drawn);
    for (const auto& [i, call] : candidates.elsewhere) {
      if (!call->over) Engine::current()->wait(call->waiters);
      // Who drew it may have failed on account of another candidate: then it is drawn here.
      candidates.found[i] = call->completion ? call->completion : obtain(part(request, i, 1), drawn).front();
    }
    std::vector<Completion> completions;
    completions.reserve(candidates.found.size());
    for (auto& one : candidates.found) completions.push_back(std::move(*one));
    return completions;
  }

  Candidates look_up(const Request& request) const {
    Candidates candidates;
    for (std::size_t i = 0; i < static_cast<std::size_t>(request.count); ++i) {
      const CallKey key = call_key(identity_.identity, request, request.first + static_cast<int>(i));
      candidates.keys.push_back(key);
      candidates.found.push_back(stored(key));
      if (candidates.found.back() || !Engine::current()) continue;
      if (auto call = in_flight_.find(key)) candidates.elsewhere.emplace_back(i, std::move(call));
    }
    return candidates;
  }

  std::optional<Completion> stored(const CallKey& key) const {
    try {
      return store_ ? store_->get(key) : std::nullopt;
    } catch (...) {
      if (Engine* const engine = Engine::current()) engine->fail(std::current_exception());
      throw;
    }
  }

  static Request part(const Request& request, std::size_t begin, std::size_t count) {
    Request part = request;
    part.first = request.first + static_cast<int>(begin);
    part.count = static_cast<int>(count);
    return part;
  }

  /// Whether the backend wants candidates from here on as work of their own.
  bool begins_group(const Request& request, std::size_t i) const {
    const int group = backend_->group();
    return group > 0 && (request.first + static_cast<int>(i)) % group == 0;
  }

  /// Asks the backend for every gap, all of them at once.
  void draw_missing(const Request& request, Candidates& candidates, std::int64_t& drawn) {
    std::optional<InFlightCalls::Claim> claim;
    if (Engine* const engine = Engine::current()) claim.emplace(in_flight_, *engine);
    std::vector<std::function<void()>> gaps;
    const std::size_t count = candidates.keys.size();
    for (std::size_t begin = 0; begin < count; ++begin) {
      std::size_t end = begin;
      for (; end < count && candidates.must_be_drawn(end) && (end == begin || !begins_group(request, end)); ++end) {
        if (claim) claim->add(candidates.keys[end]);
      }
      if (end == begin) continue;
      drawn += static_cast<std::int64_t>(end - begin);
      gaps.push_back([this, &request, &candidates, &claim, begin, end] {
        auto completions = draw(part(request, begin, end - begin));
        for (std::size_t i = begin; i < end; ++i) {
          candidates.found[i] = std::move(completions[i - begin]);
          if (claim) claim->finish(candidates.keys[i], *candidates.found[i]);
        }
      });
      begin = end - 1;
    }
    together(gaps);
  }

  std::vector<Completion> draw(const Request& request) {
    const auto record = [this, &request](const Finished& finished) { write(request, finished); };
    Engine* const engine = Engine::current();
    Finished finished = engine ? engine->await(*backend_, request, {store_.get(), record}) : await(*backend_, request);
    check(request, finished);
    if (!engine && store_) {
      record(finished);
      store_->commit();
    }
    return std::get<std::vector<Completion>>(std::move(finished.result));
  }

  void write(const Request& request, const Finished& finished) {
    check(request, finished);
    int candidate = request.first;
    for (const Completion& completion : std::get<std::vector<Completion>>(finished.result)) {
      store_->put(number_, call_key(identity_.identity, request, candidate++), completion);
    }
  }

  /// The backend's promise: as many completions as were asked for, with a log-probability per token that is told.
  void check(const Request& request, const Finished& finished) const {
    const auto* completions = std::get_if<std::vector<Completion>>(&finished.result);
    const auto count = completions ? completions->size() : 0;
    if (count != static_cast<std::size_t>(request.count)) {
      throw std::logic_error(identity_.description + " returned " + std::to_string(count) + " completions, " +
                             std::to_string(request.count) + " were asked for");
    }
    for (const Completion& completion : *completions) {
      if (!completion.tokens.empty() && completion.tokens.size() != completion.logprobs.size()) {
        throw std::logic_error(identity_.description + " returned " + std::to_string(completion.tokens.size()) +
                               " tokens with " + std::to_string(completion.logprobs.size()) + " log-probabilities");
      }
    }
  }

  /// In this process the prompt is read once, and further candidates begin where it ends; a server says what it read
  /// and what it had.
  void charge(const Request& request, const std::vector<Completion>& completions, std::int64_t drawn) const {
    Receipt* const receipt = current_receipt();
    if (!receipt) return;
    for (std::size_t i = 0; i < completions.size(); ++i) {
      const int prompt = completions[i].prompt_tokens;
      const int generated = completions[i].generated();
      Cost cost{.generated_tokens = generated};
      if (const Usage& usage = completions[i].usage; usage != Usage{}) {
        cost.prompt_tokens = usage.input - usage.cached;
        cost.cached_tokens = usage.cached;
        cost.money = std::llround(backend_->price(usage) * kMoneyUnits);
      } else {
        (i == 0 ? cost.prompt_tokens : cost.cached_tokens) = prompt;
      }
      const double flops = backend_->flops(prompt, generated) - (i == 0 ? 0.0 : backend_->flops(prompt, 0));
      cost.flops = static_cast<std::int64_t>(flops);
      receipt->add(request.first + static_cast<int>(i), cost);
    }
    receipt->count(drawn, static_cast<std::int64_t>(completions.size()) - drawn);
  }

  std::shared_ptr<Backend> backend_;
  ModelIdentity identity_;
  std::shared_ptr<CallStore> store_;
  std::int64_t number_ = 0;
  InFlightCalls in_flight_;
};

}  // namespace

std::shared_ptr<LanguageModel> make_language_model(std::shared_ptr<Backend> backend, ModelIdentity identity,
                                                   std::shared_ptr<CallStore> store) {
  return std::make_shared<StoredLanguageModel>(std::move(backend), std::move(identity), std::move(store));
}

}  // namespace espalier::engine
