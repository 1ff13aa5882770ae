#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "http/prefix_memory.hpp"

namespace espalier::http {

/// The servers that answer for one model: which of them a request goes to, and which are left alone for a while.
///
/// A request goes where the longest beginning of its prompt went before, if that is more than half of it, so that what
/// belongs together meets one cache; among equals to the least busy. None gets more than a quarter above its share of what is under way. Which one it is
/// changes no result.
class Endpoints {
 public:
  using Clock = std::chrono::steady_clock;
  using Number = std::size_t;

  /// `each`: most requests under way at one; `affinity`: whether the prompt counts, or only who is least busy.
  Endpoints(std::vector<std::string> urls, int each, bool affinity);

  /// Where a request may go now; nothing: all are busy, resting or dismissed.
  std::optional<Number> choose(const std::vector<std::uint64_t>& prefixes, Clock::time_point now) const;
  void sent(Number number, const std::vector<std::uint64_t>& prefixes);
  /// A request that was under way is no longer, whatever became of it.
  void returned(Number number) { --all_[number].under_way; }

  /// It does its work.
  void answered(Number number);
  /// It failed at a request, which may be the request's fault: several in a row are its own.
  void stumbled(Number number, Clock::time_point now);
  /// It cannot be reached, or asks to be left alone, for `pause` where it says so: it rests and is asked less at once.
  void failed(Number number, Clock::time_point now, std::optional<std::chrono::milliseconds> pause);
  /// It will never do what is asked, such as one that refuses the key.
  void dismiss(Number number) { all_[number].dismissed = true; }
  bool is_dismissed(Number number) const { return all_[number].dismissed; }
  bool all_dismissed() const;

  const std::string& url(Number number) const { return all_[number].url; }
  /// When the first of those that rest is to be asked again; never: none rests.
  Clock::time_point next_end_of_rest(Clock::time_point now) const;
  /// How long a request or an endpoint that failed `times` in a row is left alone: 0.5 s, doubled each time up to a
  /// minute, and up to half of it less at random, so that many do not come back at once.
  std::chrono::milliseconds backoff(int times);

 private:
  struct Endpoint {
    std::string url;
    int under_way = 0;
    double allowed = 0;  ///< most under way
    int failures = 0;    ///< in a row
    Clock::time_point rests_until;
    bool dismissed = false;
    PrefixMemory prefixes;
  };

  bool is_free(const Endpoint& endpoint, Clock::time_point now) const;

  std::vector<Endpoint> all_;
  int each_;
  bool affinity_;
  std::minstd_rand jitter_{std::random_device{}()};
};

}  // namespace espalier::http
