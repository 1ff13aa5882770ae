#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace espalier::http {

/// Lets so much through in any minute: requests, or tokens.
class MinuteLimit {
 public:
  using Clock = std::chrono::steady_clock;

  /// 0: any amount.
  explicit MinuteLimit(std::int64_t most) : most_(most) {}

  /// When `amount` may go; not after `now`: at once. What exceeds a whole minute's may go when nothing else did.
  Clock::time_point when(std::int64_t amount, Clock::time_point now) const {
    if (most_ == 0) return now;
    std::int64_t sum = amount;
    for (auto one = passed_.rbegin(); one != passed_.rend() && now - one->when < kMinute; ++one) {
      sum += one->amount;
      if (sum > most_) return one->when + kMinute;
    }
    return now;
  }

  void pass(std::int64_t amount, Clock::time_point now) {
    if (most_ == 0) return;
    while (!passed_.empty() && now - passed_.front().when >= kMinute) passed_.pop_front();
    passed_.push_back({now, amount});
  }

  /// What passed at `then` as `amount` turned out to be `really`.
  void correct(std::int64_t amount, std::int64_t really, Clock::time_point then) {
    for (auto one = passed_.rbegin(); one != passed_.rend() && one->when >= then; ++one) {
      if (one->when != then || one->amount != amount) continue;
      one->amount = really;
      return;
    }
  }

 private:
  static constexpr std::chrono::minutes kMinute{1};
  struct Passed {
    Clock::time_point when;
    std::int64_t amount;
  };

  std::int64_t most_;
  std::deque<Passed> passed_;  ///< of the last minute, oldest first
};

}  // namespace espalier::http
