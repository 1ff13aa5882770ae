#include "arithmetic.hpp"

namespace espalier::words {

Folds in_pairs(const Plan& plan) {
  Folds folds = one_by_one(plan);
  std::vector<int> uses(plan.size(), 0);
  for (const PlanStep& step : plan) {
    for (const Operand& operand : {step.left, step.right}) {
      if (operand.step >= 0) ++uses[static_cast<std::size_t>(operand.step)];
    }
  }
  for (std::size_t step = 0; step + 1 < plan.size(); ++step) {
    const PlanStep& next = plan[step + 1];
    const int index = static_cast<int>(step);
    const bool feeds_next = next.left.step == index || next.right.step == index;
    folds[step] = feeds_next && uses[step] == 1 && (step == 0 || !folds[step - 1]);
  }
  return folds;
}

Folds one_by_one(const Plan& plan) { return Folds(plan.size(), false); }

std::optional<int> apply(Operator op, int left, int right, int largest) {
  int result = 0;
  switch (op) {
    case Operator::add:
      result = left + right;
      break;
    case Operator::subtract:
      result = left - right;
      break;
    case Operator::multiply:
      result = left * right;
      break;
    case Operator::divide:
      if (right == 0 || left % right != 0) return std::nullopt;
      result = left / right;
      break;
  }
  if (result < 0 || result > largest) return std::nullopt;
  return result;
}

std::optional<Calculation> follow(const Plan& plan, int largest, std::optional<Slip> slip) {
  Calculation calculation;
  const auto value = [&](const Operand& operand) {
    return operand.step < 0 ? operand.number : calculation.lines[static_cast<std::size_t>(operand.step)].result;
  };
  for (const PlanStep& step : plan) {
    const int left = value(step.left);
    const int right = value(step.right);
    auto result = apply(step.op, left, right, largest);
    if (slip && slip->step == static_cast<int>(calculation.lines.size())) result = slip->result;
    if (!result || *result < 0 || *result > largest) return std::nullopt;
    calculation.lines.push_back({left, step.op, right, *result});
  }
  return calculation;
}

}  // namespace espalier::words
