#pragma once

#include <compare>
#include <cstdint>
#include <espalier/export.hpp>
#include <limits>
#include <string_view>

namespace espalier {

/// A position in the tree of keys from which all randomness is derived.
///
/// A key is a value: deriving a child never changes it, so what is drawn depends only on the path of names and numbers
/// that led to it, never on the order in which problems, threads or batches happened to run. Counter-based (Philox
/// 4x64, 10 rounds; Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
struct ESPALIER_API Key {
  std::uint64_t hi = 0;
  std::uint64_t lo = 0;

  /// Returns the key of child `number`.
  Key child(std::uint64_t number) const;
  /// Returns the key of the child named `name`; a number and its decimal spelling are different children.
  Key child(std::string_view name) const;

  auto operator<=>(const Key&) const = default;
};

/// Returns 64 uniform bits: the draw number `index` of `key`. Distinct indices are independent.
ESPALIER_API std::uint64_t draw_bits(const Key& key, std::uint64_t index);

/// Returns draw number `index` of `key` as a double in [0, 1) with 53 random bits.
ESPALIER_API double draw_uniform(const Key& key, std::uint64_t index);

/// The draws 0, 1, 2, ... of one key, for code that wants a generator (satisfies uniform_random_bit_generator).
class Random {
 public:
  using result_type = std::uint64_t;

  explicit Random(Key key) : key_(key) {}

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }

  result_type operator()() { return draw_bits(key_, next_++); }
  /// Returns a double in [0, 1).
  double uniform() { return draw_uniform(key_, next_++); }
  /// Returns an integer in [low, high], both included. Requires low <= high.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(uniform() * static_cast<double>(high - low + 1));
  }
  /// Returns true with probability `probability`.
  bool chance(double probability) { return uniform() < probability; }

 private:
  Key key_;
  std::uint64_t next_ = 0;
};

}  // namespace espalier
