#include "engine/in_flight_calls.hpp"

#include <utility>

namespace espalier::engine {

InFlightCalls::Claim::~Claim() {
  for (const CallKey& key : keys_) end(key, std::nullopt);
}

void InFlightCalls::Claim::add(const CallKey& key) {
  in_flight_.under_way_.emplace(key, std::make_shared<InFlightCall>());
  keys_.push_back(key);
}

void InFlightCalls::Claim::finish(const CallKey& key, const Completion& completion) {
  end(key, completion);
  std::erase(keys_, key);
}

void InFlightCalls::Claim::end(const CallKey& key, std::optional<Completion> completion) {
  const auto call = in_flight_.under_way_.extract(key).mapped();
  call->completion = std::move(completion);
  call->over = true;
  engine_.wake(call->waiters);
}

std::shared_ptr<InFlightCall> InFlightCalls::find(const CallKey& key) const {
  const auto found = under_way_.find(key);
  return found == under_way_.end() ? nullptr : found->second;
}

}  // namespace espalier::engine
