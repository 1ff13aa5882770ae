#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

namespace espalier::engine {

/// How much work a backend is given at once. Nothing bounds it until a step throws: then it is halved, down to one, so
/// that a piece of work that cannot be done is found and fails alone.
class BatchLimit {
 public:
  /// Whether a backend that holds `held` pieces of work may be given another.
  bool allows(std::size_t held) const { return held < most_; }

  /// A step threw while the backend held `held` pieces of work. `memory`: because the batch was too large for the
  /// machine, and not on account of one of them.
  void threw(std::size_t held, bool memory) {
    most_ = std::max<std::size_t>(1, held / 2);
    memory_ = memory;
    credit_ = 0;
  }

  /// `count` pieces of work went through. A batch that was too large would be so again: then room grows by one each
  /// time that a whole batch has gone through; otherwise it doubles.
  void finished(std::size_t count) {
    if (most_ == kNone) return;
    credit_ += count;
    while (credit_ >= (memory_ ? most_ : 1) && most_ < kNone) {
      credit_ -= memory_ ? most_ : 1;
      ++most_;
    }
  }

 private:
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  std::size_t most_ = kNone;
  std::size_t credit_ = 0;  ///< work that went through since room last grew
  bool memory_ = false;
};

}  // namespace espalier::engine
