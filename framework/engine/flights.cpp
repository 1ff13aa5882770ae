#include "engine/flights.hpp"

#include <utility>

namespace espalier::engine {

Flights::Claim::~Claim() {
  for (const CallKey& key : keys_) end(key, std::nullopt);
}

void Flights::Claim::add(const CallKey& key) {
  flights_.under_way_.emplace(key, std::make_shared<Flight>());
  keys_.push_back(key);
}

void Flights::Claim::land(const CallKey& key, const Completion& completion) {
  end(key, completion);
  std::erase(keys_, key);
}

void Flights::Claim::end(const CallKey& key, std::optional<Completion> completion) {
  const auto flight = flights_.under_way_.extract(key).mapped();
  flight->completion = std::move(completion);
  flight->over = true;
  engine_.open(flight->gate);
}

std::shared_ptr<Flight> Flights::find(const CallKey& key) const {
  const auto found = under_way_.find(key);
  return found == under_way_.end() ? nullptr : found->second;
}

}  // namespace espalier::engine
