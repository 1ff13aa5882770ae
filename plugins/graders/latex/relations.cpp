#include "relations.hpp"

#include <algorithm>
#include <utility>

#include "fractions.hpp"
#include "numeric.hpp"
#include "scalar.hpp"

namespace espalier::latex {
namespace {

bool is_scalar(const Meaning& meaning) { return meaning.form == Meaning::Form::scalar; }
bool has_value(const Meaning& meaning) { return !is_scalar(meaning) || is_constant(meaning.formula); }
bool lone_variable(const Meaning& meaning) {
  return is_scalar(meaning) && meaning.formula.op == Op::symbol && !is_constant(meaning.formula);
}

Node difference(const Meaning& left, const Meaning& right) {
  return Node::of(Op::sum, {left.formula, Node::negative(right.formula)});
}

/// left - right as a polynomial with the leading coefficient 1, and whether that turned its sign.
struct Normal {
  Polynomial polynomial;
  bool turned = false;
};

std::optional<Normal> normal_difference(const Meaning& left, const Meaning& right, Meter& meter) {
  try {
    const Exact value = exact(difference(left, right), meter);
    if (!value.complete() || value.top.is_zero()) return std::nullopt;
    const Rational leading = value.top.terms().begin()->second;
    return Normal{scaled(value.top, 1 / leading), leading < 0};
  } catch (const Inexact&) {
    return std::nullopt;
  }
}

std::string reversed(const std::string& operation) {
  if (operation == "<") return ">";
  if (operation == ">") return "<";
  if (operation == "le") return "ge";
  if (operation == "ge") return "le";
  return operation;
}

bool inequality(const std::string& operation) { return reversed(operation) != operation; }
bool closed(const std::string& operation) { return operation == "le" || operation == "ge"; }

Meaning relation(const Meaning& left, const std::string& operation, const Meaning& right, Meter& meter) {
  Meaning meaning{.form = Meaning::Form::relation};
  meaning.label = operation;
  std::optional<Normal> normal;
  if (is_scalar(left) && is_scalar(right)) normal = normal_difference(left, right, meter);
  if (normal) {
    if (normal->turned) meaning.label = reversed(operation);
    meaning.canonical = spelled(normal->polynomial) + ' ' + meaning.label + " 0";
  } else {
    meaning.canonical = left.canonical + ' ' + operation + ' ' + right.canonical;
  }
  return meaning;
}

Meaning infinite(bool negative) {
  Meaning meaning{.form = Meaning::Form::scalar};
  meaning.formula = Node::of("infty");
  if (negative) meaning.formula = Node::negative(meaning.formula);
  meaning.canonical = negative ? "-infty" : "infty";
  meaning.exact = true;
  return meaning;
}

/// x between bounds; `lower` and `upper` are operators as in "lower-bound OP x OP upper-bound".
Meaning interval(Meaning low, const std::string& lower, const std::string& upper, Meaning high) {
  std::string brackets = {closed(lower) ? '[' : '(', closed(upper) ? ']' : ')'};
  std::vector<Meaning> ends;
  ends.push_back(std::move(low));
  ends.push_back(std::move(high));
  return ordered(std::move(brackets), std::move(ends));
}

std::optional<Meaning> as_interval(const std::vector<Side>& sides, const std::vector<std::string>& operators) {
  const auto points_up = [](const std::string& operation) { return operation == "<" || operation == "le"; };
  if (sides.size() == 3 && lone_variable(sides[1].meaning) && has_value(sides[0].meaning) &&
      has_value(sides[2].meaning)) {
    if (points_up(operators[0]) && points_up(operators[1]))
      return interval(sides[0].meaning, operators[0], operators[1], sides[2].meaning);
    if (!points_up(operators[0]) && !points_up(operators[1]))
      return interval(sides[2].meaning, operators[1], operators[0], sides[0].meaning);
  }
  if (sides.size() != 2) return std::nullopt;
  const bool left = lone_variable(sides[0].meaning) && has_value(sides[1].meaning);
  if (!left && !(lone_variable(sides[1].meaning) && has_value(sides[0].meaning))) return std::nullopt;
  const Meaning& bound = sides[left ? 1 : 0].meaning;
  const std::string operation = left ? operators[0] : reversed(operators[0]);
  return points_up(operation) ? interval(infinite(true), "<", operation, bound)
                              : interval(bound, operation, "<", infinite(false));
}

Meaning named(Side& name, Meaning value) {
  value.name = name.spelling;
  return value;
}

Meaning equation(std::vector<Side>& sides, Meter& meter) {
  Side& first = sides.front();
  Side& last = sides.back();
  // "y = 2x" is a line, which has other equations; "f(x) = 2x" and "the area = 2x" are nothing but 2x.
  const auto only_names = [](const Side& side) { return side.name && !lone_variable(side.meaning); };
  if (only_names(first) || (first.name && has_value(last.meaning))) return named(first, std::move(last.meaning));
  if (only_names(last) || (last.name && has_value(first.meaning))) return named(last, std::move(first.meaning));
  const bool no_variables =
      std::all_of(sides.begin(), sides.end(), [](const Side& side) { return has_value(side.meaning); });
  if (no_variables) return std::move(last.meaning);
  Meaning meaning = relation(first.meaning, "=", last.meaning, meter);
  if (first.name)
    meaning.parts.push_back(std::move(last.meaning));
  else if (last.name)
    meaning.parts.push_back(std::move(first.meaning));
  return meaning;
}

}  // namespace

Meaning ordered(std::string brackets, std::vector<Meaning> parts) {
  Meaning meaning{.form = Meaning::Form::ordered};
  if (brackets.size() == 2 && parts.size() == 2) {
    if (parts[0].canonical == "-infty") brackets[0] = '(';
    if (parts[1].canonical == "infty") brackets[1] = ')';
  }
  const bool ratio = brackets == ":";
  for (const Meaning& part : parts)
    meaning.canonical += (&part == &parts[0] ? "" : ratio ? ":" : ", ") + part.canonical;
  if (!ratio) meaning.canonical = brackets[0] + meaning.canonical + brackets.back();
  meaning.label = std::move(brackets);
  meaning.parts = std::move(parts);
  return meaning;
}

Meaning related(std::vector<Side> sides, const std::vector<std::string>& operators, const Conventions&, Meter& meter) {
  const auto all = [&](auto test) { return std::all_of(operators.begin(), operators.end(), test); };
  if (all([](const std::string& operation) { return operation == "="; })) return equation(sides, meter);
  if (operators.size() == 1 && operators[0] == "in") return named(sides[0], std::move(sides[1].meaning));
  if (all(inequality)) {
    if (auto found = as_interval(sides, operators)) return std::move(*found);
  }
  if (sides.size() == 2) return relation(sides[0].meaning, operators[0], sides[1].meaning, meter);
  Meaning meaning{.form = Meaning::Form::relation};
  for (std::size_t k = 0; k < sides.size(); ++k)
    meaning.canonical += (k == 0 ? "" : ' ' + operators[k - 1] + ' ') + sides[k].meaning.canonical;
  return meaning;
}

}  // namespace espalier::latex
