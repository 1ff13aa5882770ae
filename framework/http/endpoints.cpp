#include "http/endpoints.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace espalier::http {
namespace {

constexpr int kStumbles = 3;  // in a row, and an endpoint rests

}  // namespace

Endpoints::Endpoints(std::vector<std::string> urls, int each, bool affinity) : each_(each), affinity_(affinity) {
  for (auto& url : urls) all_.push_back({.url = std::move(url), .allowed = static_cast<double>(each)});
}

bool Endpoints::is_free(const Endpoint& endpoint, Clock::time_point now) const {
  return !endpoint.dismissed && endpoint.rests_until <= now && endpoint.under_way < endpoint.allowed;
}

std::optional<Endpoints::Number> Endpoints::choose(const std::vector<std::uint64_t>& prefixes,
                                                   Clock::time_point now) const {
  int free = 0;
  int under_way = 1;
  for (const Endpoint& endpoint : all_) {
    if (!is_free(endpoint, now)) continue;
    ++free;
    under_way += endpoint.under_way;
  }
  if (free == 0) return std::nullopt;
  const double fair = std::ceil(1.25 * under_way / free);
  const auto merit = [&](const Endpoint& endpoint) {
    const std::size_t known = affinity_ ? endpoint.prefixes.known(prefixes) : 0;
    return std::tuple(endpoint.under_way<fair, 2 * known> prefixes.size() ? known : 0, -endpoint.under_way);
  };
  std::optional<Number> best;
  for (Number number = 0; number < all_.size(); ++number) {
    if (is_free(all_[number], now) && (!best || merit(all_[number]) > merit(all_[*best]))) best = number;
  }
  return best;
}

void Endpoints::sent(Number number, const std::vector<std::uint64_t>& prefixes) {
  ++all_[number].under_way;
  if (affinity_) all_[number].prefixes.remember(prefixes);
}

void Endpoints::answered(Number number) {
  Endpoint& endpoint = all_[number];
  endpoint.failures = 0;
  endpoint.allowed = std::min<double>(each_, endpoint.allowed + 1 / endpoint.allowed);
}

void Endpoints::stumbled(Number number, Clock::time_point now) {
  if (++all_[number].failures >= kStumbles) all_[number].rests_until = now + backoff(all_[number].failures);
}

void Endpoints::failed(Number number, Clock::time_point now, std::optional<std::chrono::milliseconds> pause) {
  Endpoint& endpoint = all_[number];
  if (endpoint.rests_until > now && !pause) return;  // others that were under way have told so
  if (endpoint.rests_until <= now) {
    ++endpoint.failures;
    endpoint.allowed = std::max(1.0, std::floor((endpoint.under_way + 1) / 2.0));
  }
  endpoint.rests_until = std::max(endpoint.rests_until, now + pause.value_or(backoff(endpoint.failures)));
}

bool Endpoints::all_dismissed() const { return std::ranges::all_of(all_, &Endpoint::dismissed); }

Endpoints::Clock::time_point Endpoints::next_end_of_rest(Clock::time_point now) const {
  auto next = Clock::time_point::max();
  for (const Endpoint& endpoint : all_) {
    if (!endpoint.dismissed && endpoint.rests_until > now) next = std::min(next, endpoint.rests_until);
  }
  return next;
}

std::chrono::milliseconds Endpoints::backoff(int times) {
  const double whole = 500 * std::exp2(std::clamp(times - 1, 0, 7));
  const double less = std::uniform_real_distribution<double>(0, 0.5)(jitter_);
  return std::chrono::milliseconds(std::llround(std::min(whole, 60'000.0) * (1 - less)));
}

}  // namespace espalier::http
