#include "engine/stored_model.hpp"

#include <algorithm>
#include <espalier/runtime.hpp>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "engine/engine.hpp"
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
    std::vector<std::optional<Completion>> found = stored(request);
    const std::int64_t replayed = std::ranges::count_if(found, [](const auto& one) { return one.has_value(); });
    draw_missing(request, found);
    std::vector<Completion> completions;
    completions.reserve(found.size());
    for (auto& one : found) completions.push_back(std::move(*one));
    charge(request, completions, replayed);
    return completions;
  }

  int tokens(std::string_view text) const override { return backend_->tokens(text); }
  std::shared_ptr<Trunk> trunk() override { return backend_->trunk(); }

 private:
  using Found = std::vector<std::optional<Completion>>;

  Found stored(const Request& request) const {
    Found found(static_cast<std::size_t>(request.count));
    if (!store_) return found;
    for (int i = 0; i < request.count; ++i) {
      found[static_cast<std::size_t>(i)] = store_->get(call_key(identity_.identity, request, request.first + i));
    }
    return found;
  }

  /// Asks the backend for every gap, all of them at once.
  void draw_missing(const Request& request, Found& found) {
    std::vector<std::function<void()>> gaps;
    for (std::size_t begin = 0; begin < found.size();) {
      std::size_t end = begin;
      while (end < found.size() && !found[end]) ++end;
      if (end == begin) {
        ++begin;
        continue;
      }
      gaps.push_back([this, &request, &found, begin, end] {
        Request part = request;
        part.first = request.first + static_cast<int>(begin);
        part.count = static_cast<int>(end - begin);
        std::ranges::move(draw(part), found.begin() + static_cast<std::ptrdiff_t>(begin));
      });
      begin = end;
    }
    together(gaps);
  }

  std::vector<Completion> draw(const Request& request) {
    const auto record = [this, &request](const Finished& finished) { deposit(request, finished); };
    Engine* const engine = Engine::current();
    Finished finished = engine ? engine->await(*backend_, request, {store_.get(), record}) : await(*backend_, request);
    check(request, finished);
    if (!engine && store_) {
      record(finished);
      store_->commit();
    }
    return std::get<std::vector<Completion>>(std::move(finished.result));
  }

  void deposit(const Request& request, const Finished& finished) {
    check(request, finished);
    int candidate = request.first;
    for (const Completion& completion : std::get<std::vector<Completion>>(finished.result)) {
      store_->put(number_, call_key(identity_.identity, request, candidate++), completion);
    }
  }

  /// The backend's promise: as many completions as were asked for, each with a log-probability per token.
  void check(const Request& request, const Finished& finished) const {
    const auto* completions = std::get_if<std::vector<Completion>>(&finished.result);
    const auto count = completions ? completions->size() : 0;
    if (count != static_cast<std::size_t>(request.count)) {
      throw std::logic_error(identity_.description + " returned " + std::to_string(count) + " completions, " +
                             std::to_string(request.count) + " were asked for");
    }
    for (const Completion& completion : *completions) {
      if (completion.tokens.size() != completion.logprobs.size()) {
        throw std::logic_error(identity_.description + " returned " + std::to_string(completion.tokens.size()) +
                               " tokens with " + std::to_string(completion.logprobs.size()) + " log-probabilities");
      }
    }
  }

  /// The prompt is read once; further candidates begin where it ends.
  void charge(const Request& request, const std::vector<Completion>& completions, std::int64_t replayed) const {
    Receipt* const receipt = current_receipt();
    if (!receipt) return;
    for (std::size_t i = 0; i < completions.size(); ++i) {
      const int prompt = completions[i].prompt_tokens;
      const int generated = static_cast<int>(completions[i].tokens.size());
      Cost cost{.generated_tokens = generated};
      (i == 0 ? cost.prompt_tokens : cost.cached_tokens) = prompt;
      const double flops = backend_->flops(prompt, generated) - (i == 0 ? 0.0 : backend_->flops(prompt, 0));
      cost.flops = static_cast<std::int64_t>(flops);
      receipt->add(request.first + static_cast<int>(i), cost);
    }
    receipt->count(static_cast<std::int64_t>(completions.size()) - replayed, replayed);
  }

  std::shared_ptr<Backend> backend_;
  ModelIdentity identity_;
  std::shared_ptr<CallStore> store_;
  std::int64_t number_ = 0;
};

}  // namespace

std::shared_ptr<LanguageModel> make_language_model(std::shared_ptr<Backend> backend, ModelIdentity identity,
                                                   std::shared_ptr<CallStore> store) {
  return std::make_shared<StoredLanguageModel>(std::move(backend), std::move(identity), std::move(store));
}

}  // namespace espalier::engine
