#include "engine/budget.hpp"

#include <algorithm>
#include <limits>

namespace espalier::engine {
namespace {

template <class T>
std::optional<T> tighter(const std::optional<T>& left, const std::optional<T>& right) {
  if (!left || !right) return left ? left : right;
  return std::min(*left, *right);
}

/// How many calls fit into what is left of a quantity whose future use is guessed from the mean so far.
double fitting(double limit, double used, std::int64_t calls_so_far) {
  if (used >= limit) return 0;
  if (used <= 0 || calls_so_far <= 0) return std::numeric_limits<double>::infinity();
  return std::max(1.0, (limit - used) * static_cast<double>(calls_so_far) / used);
}

}  // namespace

Budget operator&(const Budget& left, const Budget& right) {
  return {tighter(left.calls, right.calls), tighter(left.tokens, right.tokens), tighter(left.seconds, right.seconds),
          tighter(left.flops, right.flops), tighter(left.money, right.money)};
}

int BudgetMeter::affordable(int calls, const Cost& used) const {
  double fit = std::max(calls, 0);
  if (budget_.calls)
    fit = std::min(fit, static_cast<double>(std::max<std::int64_t>(0, *budget_.calls - used.agent_calls)));
  if (budget_.tokens) {
    fit = std::min(fit,
                   fitting(static_cast<double>(*budget_.tokens), static_cast<double>(used.tokens()), used.agent_calls));
  }
  if (budget_.flops) fit = std::min(fit, fitting(*budget_.flops, static_cast<double>(used.flops), used.agent_calls));
  if (budget_.money) {
    fit = std::min(fit, fitting(*budget_.money * kMoneyUnits, static_cast<double>(used.money), used.agent_calls));
  }
  if (budget_.seconds && std::chrono::duration<double>(Clock::now() - begun_).count() >= *budget_.seconds) fit = 0;
  return static_cast<int>(fit);
}

}  // namespace espalier::engine
