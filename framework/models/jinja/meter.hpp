#pragma once

#include <cstddef>
#include <string>

#include "models/jinja/template_error.hpp"

namespace espalier::jinja {

/// What a rendering may use; templates come from anywhere.
struct Limits {
  std::size_t steps = 10'000'000;  ///< expressions and statements evaluated, 16 bytes of text or one item made
  std::size_t bytes = 16'777'216;  ///< of the output and of every text on the way to it
  std::size_t items = 1'000'000;   ///< of every list
};

/// The most blocks and brackets that lie in one another in a template, the most statements and expressions while it is
/// rendered (in macros that call macros), and the most lists and mappings. Chosen so that 256 KiB of stack are enough.
inline constexpr int kMostNesting = 64;
inline constexpr int kMostDepth = 160;
inline constexpr std::size_t kMostValueDepth = 64;

/// What a rendering has used of its limits, and the line that it is at. All errors of a rendering come from fail().
class Meter {
 public:
  explicit Meter(const Limits& limits, int most_depth = kMostDepth) : limits_(limits), most_depth_(most_depth) {}

  /// Counts work done. Throws TemplateError when it is more than the limit.
  void charge(std::size_t steps) {
    if (steps > limits_.steps - used_) fail_steps();
    used_ += steps;
  }
  /// Counts bytes read or written.
  void charge_bytes(std::size_t bytes) { charge(bytes / 16); }
  /// Refuses a text that would be too long, before it is made.
  void check_bytes(std::size_t bytes) const;
  /// Refuses a list that would be too long, before it is made.
  void check_items(std::size_t items) const;
  /// Refuses lists in lists in lists.
  void check_value_depth(std::size_t depth) const;

  /// Enters and leaves one level of what lies in one another; see Descent.
  void descend() {
    if (depth_ == most_depth_) fail_depth();
    ++depth_;
  }
  void ascend() { --depth_; }

  [[noreturn]] void fail(const std::string& why) const { throw TemplateError(line, why); }

  std::size_t line = 1;

 private:
  [[noreturn]] void fail_steps() const;
  [[noreturn]] void fail_depth() const;

  Limits limits_;
  int most_depth_;
  std::size_t used_ = 0;
  int depth_ = 0;
};

/// One level of statements and expressions that lie in one another.
class Descent {
 public:
  explicit Descent(Meter& meter) : meter_(meter) { meter_.descend(); }
  ~Descent() { meter_.ascend(); }
  Descent(const Descent&) = delete;
  Descent& operator=(const Descent&) = delete;

 private:
  Meter& meter_;
};

}  // namespace espalier::jinja
