#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "engine/ledger.hpp"

namespace espalier::engine {

/// What one problem may cost at most; absent limits do not bind. Calls are never exceeded. Tokens, seconds, FLOPs
/// and money are known only afterwards: no call is begun once they are used up, so the last one may go over. What was drawn ahead
/// counts once it is claimed, as if it had been drawn then; only its seconds have passed.
struct Budget {
  std::optional<std::int64_t> calls;   ///< agent calls
  std::optional<std::int64_t> tokens;  ///< Cost::tokens
  std::optional<double> seconds;       ///< wall-clock since the problem was begun: makes records depend on the machine
  std::optional<double> flops;         ///< Cost::flops
  std::optional<double> money;         ///< in the currency of prices
};

/// Returns the budget that satisfies both.
Budget operator&(const Budget& left, const Budget& right);

/// One problem's use of its budget.
class BudgetMeter {
 public:
  using Clock = std::chrono::steady_clock;

  explicit BudgetMeter(Budget budget, Clock::time_point begun = Clock::now()) : budget_(budget), begun_(begun) {}

  /// How many of `calls` further agent calls fit, given what was used. For tokens, FLOPs and money the mean of the calls so
  /// far stands for the next ones; while something is left, at least one call fits.
  int affordable(int calls, const Cost& used) const;
  bool spent(const Cost& used) const { return affordable(1, used) == 0; }

 private:
  Budget budget_;
  Clock::time_point begun_;
};

}  // namespace espalier::engine
