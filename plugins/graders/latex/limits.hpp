#pragma once

#include <cstddef>
#include <stdexcept>

namespace espalier::latex {

/// Answers longer than this many bytes are read as nothing.
constexpr std::size_t kLongestAnswer = 4096;
/// Deepest nesting of groups, brackets and functions.
constexpr int kDeepest = 64;
/// Largest number of digits of a number, of bits of a computed one, and of terms of a polynomial.
constexpr std::size_t kMostDigits = 400;
constexpr std::size_t kMostBits = 8192;
constexpr std::size_t kMostTerms = 300;

/// The text is no formula that this library reads. Never leaves the library: its entry points return nothing instead.
struct Unreadable final : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A computation would be too large to be worth its answer, or has no exact value.
struct Inexact final : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Counts elementary steps of one reading or comparison, so that any answer is decided by a bounded amount of work that
/// does not depend on the machine. A step is about a third of a microsecond.
class Meter {
 public:
  /// Charges `steps`; throws Inexact when the share is used up.
  void charge(std::size_t steps) {
    if (steps > left_) {
      left_ = 0;
      throw Inexact("too many steps");
    }
    left_ -= steps;
  }

 private:
  std::size_t left_ = 12'000;
};

}  // namespace espalier::latex
