#pragma once

#include <optional>
#include <vector>

namespace espalier::words {

enum class Operator { add, subtract, multiply, divide };

/// A number, or the result of an earlier step.
struct Operand {
  int number = 0;
  int step = -1;  ///< index of that step; -1: it is the number

  bool operator==(const Operand&) const = default;
};

struct PlanStep {
  Operator op = Operator::add;
  Operand left;
  Operand right;

  bool operator==(const PlanStep&) const = default;
};

/// What is to be calculated; the last step gives the answer.
using Plan = std::vector<PlanStep>;

/// Which steps of a plan have no line of their own, as they are written inside the one step that uses them.
using Folds = std::vector<bool>;

/// Two steps to a line, from the first on: a step folds into the next where nothing else uses it.
Folds in_pairs(const Plan& plan);
/// Every step on a line of its own.
Folds one_by_one(const Plan& plan);

/// One calculation with its result, right or not.
struct Line {
  int left = 0;
  Operator op = Operator::add;
  int right = 0;
  int result = 0;
};

struct Calculation {
  std::vector<Line> lines;

  int answer() const { return lines.back().result; }
};

/// A result that is to be written down instead of the right one.
struct Slip {
  int step = 0;
  int result = 0;
};

/// Returns left (op) right; nothing unless it is a whole number in [0, largest].
std::optional<int> apply(Operator op, int left, int right, int largest);

/// Follows a plan, with a slip if there is one: what comes after the slip builds on it. Nothing when a result leaves
/// [0, largest] or a division has a remainder.
std::optional<Calculation> follow(const Plan& plan, int largest, std::optional<Slip> slip = {});

}  // namespace espalier::words
