#include "engine/ledger.hpp"

#include <utility>

namespace espalier::engine {
namespace {

thread_local Receipt* receipt_of_fiber = nullptr;

constexpr std::int64_t Cost::*kFields[] = {
    &Cost::agent_calls,        &Cost::prompt_tokens,     &Cost::cached_tokens, &Cost::generated_tokens,
    &Cost::scorer_tokens,      &Cost::scorer_new_tokens, &Cost::flops,         &Cost::speculative_calls,
    &Cost::speculative_tokens, &Cost::speculative_flops, &Cost::money,
};

}  // namespace

Cost& Cost::operator+=(const Cost& other) {
  for (const auto field : kFields) this->*field += other.*field;
  return *this;
}

Cost& Cost::operator-=(const Cost& other) {
  for (const auto field : kFields) this->*field -= other.*field;
  return *this;
}

void Ledger::charge(std::string_view part, const Cost& cost) {
  const auto found = parts_.find(part);
  (found != parts_.end() ? found->second : parts_[std::string(part)]) += cost;
}

Cost Ledger::total() const {
  Cost total;
  for (const auto& [part, cost] : parts_) total += cost;
  return total;
}

void Ledger::merge(const Ledger& other) {
  for (const auto& [part, cost] : other.parts_) charge(part, cost);
}

void Receipt::add(int candidate, const Cost& cost) {
  if (purpose_ == Purpose::speech) {
    candidates_[candidate] += cost;
    return;
  }
  const std::int64_t tokens = cost.prompt_tokens + cost.generated_tokens;
  candidates_[first_] +=
      {.scorer_tokens = tokens, .scorer_new_tokens = tokens, .flops = cost.flops, .money = cost.money};
}

void Receipt::add(const Charge& charge) {
  candidates_[first_] += {.scorer_tokens = charge.tokens,
                          .scorer_new_tokens = charge.new_tokens,
                          .flops = charge.flops,
                          .money = charge.money};
}

void Receipt::count(std::int64_t drawn, std::int64_t replayed) {
  drawn_ += drawn;
  replayed_ += replayed;
}

void Receipt::count_scores(std::int64_t made, std::int64_t replayed) {
  scores_made_ += made;
  scores_replayed_ += replayed;
}

void Receipt::count(const Receipt& other) {
  count(other.drawn_, other.replayed_);
  count_scores(other.scores_made_, other.scores_replayed_);
}

Cost Receipt::of(int candidate, int count) const {
  Cost sum;
  for (const auto& [number, cost] : candidates_) {
    const bool asked = number >= first_ && number < first_ + count;
    if (number == candidate || (candidate == first_ && !asked)) sum += cost;
  }
  return sum;
}

Cost Receipt::total() const {
  Cost sum;
  for (const auto& [number, cost] : candidates_) sum += cost;
  return sum;
}

Receipt* current_receipt() { return receipt_of_fiber; }
Receipt* exchange_receipt(Receipt* receipt) { return std::exchange(receipt_of_fiber, receipt); }

}  // namespace espalier::engine
