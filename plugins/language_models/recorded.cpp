#include <algorithm>
#include <deque>
#include <espalier/language_model.hpp>
#include <espalier/plugin.hpp>
#include <iterator>
#include <stdexcept>

#include "call_store/call_store.hpp"

namespace {

using espalier::engine::CallStore;
using espalier::engine::StoredModel;

/// Answers from the calls that a run kept, and never generates: a run replayed without its model, or with another
/// search, aggregator or grader over the same calls. Log-probabilities and token counts are the recorded ones; FLOPs
/// are unknown.
class Recorded final : public espalier::Backend {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    std::string model = required<std::string>("model", "The recorded model: its identity or description in the store.");
    std::string store = field("store", "runs/store", "Folder of the call store.");
  };

  explicit Recorded(const Params& params)
      : store_(params.store, CallStore::Access::read_only), model_(find_model(params.model)) {}

  bool admit(espalier::Ticket ticket, const espalier::Work& work) override {
    done_.push_back({ticket, {}});
    try {
      done_.back().result = replay(work);
    } catch (...) {
      done_.back().result = std::current_exception();
    }
    return true;
  }

  void step(std::vector<espalier::Finished>& finished) override {
    std::ranges::move(done_, std::back_inserter(finished));
    done_.clear();
  }

  void drop(espalier::Ticket ticket) override {
    std::erase_if(done_, [ticket](const auto& one) { return one.ticket == ticket; });
  }

  int tokens(std::string_view) const override {
    throw std::logic_error("a recording has no tokenizer: it cannot count the tokens of new texts");
  }

 private:
  StoredModel find_model(const std::string& name) const {
    std::vector<StoredModel> fitting;
    std::string known;
    for (StoredModel& model : store_.models()) {
      known += "\n  " + model.identity + "  " + model.description + ", " + std::to_string(model.calls) + " calls";
      if (model.identity == name) return model;
      if (model.description == name) fitting.push_back(std::move(model));
    }
    if (fitting.size() == 1) return fitting.front();
    throw std::invalid_argument("the call store " + store_.file().string() +
                                (fitting.empty() ? " has no model '" : " has several models '") + name +
                                "'; name one by its identity:" + (known.empty() ? " it is empty" : known));
  }

  std::vector<espalier::Completion> replay(const espalier::Work& work) const {
    const auto* request = std::get_if<espalier::Request>(&work);
    if (!request) throw std::logic_error("a recording holds generated texts only: it cannot be read by a head");
    std::vector<espalier::Completion> completions;
    for (int i = 0; i < request->count; ++i) {
      const int candidate = request->first + i;
      auto completion = store_.get(espalier::engine::call_key(model_.identity, *request, candidate));
      if (!completion) throw std::runtime_error(missing(*request, candidate));
      completions.push_back(*std::move(completion));
    }
    return completions;
  }

  std::string missing(const espalier::Request& request, int candidate) const {
    constexpr std::size_t most = 120;
    const auto& messages = request.chat.messages;
    std::string text = messages.empty() ? std::string() : messages.back().text;
    if (text.size() > most) text = text.substr(0, most) + "...";
    return "the call store " + store_.file().string() + " holds no candidate " + std::to_string(candidate) + " of '" +
           model_.description + "' for the chat ending in \"" + text + "\" (" + std::to_string(messages.size()) +
           " messages, temperature " + espalier::spell(request.sampling.temperature) + ", top-p " +
           espalier::spell(request.sampling.top_p) + ", at most " + std::to_string(request.sampling.max_tokens) +
           " tokens); chats, sampling and seed must be those of the recorded run";
  }

  CallStore store_;
  StoredModel model_;
  std::deque<espalier::Finished> done_;
};

}  // namespace

ESPALIER_PLUGIN(Recorded, "Replays the calls that an earlier run kept in its call store.")
