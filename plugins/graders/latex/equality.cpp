#include "equality.hpp"

#include <algorithm>
#include <utility>

#include "numeric.hpp"

namespace espalier::latex {
namespace {

/// Points at which two expressions must agree, and how many are tried to find as many where both are defined.
constexpr int kPoints = 3;
constexpr int kMostPoints = 6;

enum class Outcome { unequal, equal, rounded, as_written, within_tolerance, at_points, undecided };

bool holds(Outcome outcome) { return outcome != Outcome::unequal && outcome != Outcome::undecided; }

bool rational(const Meaning& meaning) { return meaning.formula.op == Op::number; }

class Comparing {
 public:
  Comparing(const Leniency& leniency, Meter& meter) : leniency_(leniency), meter_(meter) {}

  Outcome of(const Meaning& answer, const Meaning& gold) {
    if (answer.canonical == gold.canonical) return Outcome::equal;
    if (answer.form == Meaning::Form::relation || gold.form == Meaning::Form::relation) return relations(answer, gold);
    if (answer.form != gold.form) return Outcome::unequal;
    switch (gold.form) {
      case Meaning::Form::scalar:
        return scalars(answer, gold);
      case Meaning::Form::ordered:
        return answer.label == gold.label ? in_order(answer.parts, gold.parts) : Outcome::unequal;
      case Meaning::Form::unordered:
      case Meaning::Form::choice_of:
        return in_any_order(answer.parts, gold.parts);
      default:
        return Outcome::unequal;
    }
  }

 private:
  /// "y = 2x + 1" says 2x + 1 where the other one has no equals sign; two equations are decided by their forms.
  Outcome relations(const Meaning& answer, const Meaning& gold) {
    const bool one = answer.form == Meaning::Form::relation;
    const bool other = gold.form == Meaning::Form::relation;
    if (one && other) {
      const bool same_name = answer.label == gold.label && answer.parts.size() == 1 && gold.parts.size() == 1;
      return same_name ? of(answer.parts[0], gold.parts[0]) : Outcome::unequal;
    }
    const Meaning& equation = one ? answer : gold;
    if (equation.label != "=" || equation.parts.size() != 1) return Outcome::unequal;
    return one ? of(equation.parts[0], gold) : of(answer, equation.parts[0]);
  }

  Outcome in_order(const std::vector<Meaning>& answer, const std::vector<Meaning>& gold) {
    if (answer.size() != gold.size()) return Outcome::unequal;
    Outcome all = Outcome::equal;
    for (std::size_t k = 0; k < gold.size(); ++k) {
      const Outcome each = of(answer[k], gold[k]);
      if (!holds(each)) return each;
      all = std::max(all, each);
    }
    return all;
  }

  /// Equal parts pair off whichever way they are taken, as equality is transitive but for rounding.
  Outcome in_any_order(const std::vector<Meaning>& answer, const std::vector<Meaning>& gold) {
    if (answer.size() != gold.size()) return Outcome::unequal;
    Outcome all = Outcome::equal;
    std::vector<bool> used(gold.size());
    for (const Meaning& part : answer) {
      Outcome found = Outcome::unequal;
      for (std::size_t k = 0; k < gold.size() && !holds(found); ++k) {
        if (used[k]) continue;
        found = of(part, gold[k]);
        used[k] = holds(found);
      }
      if (!holds(found)) return found;
      all = std::max(all, found);
    }
    return all;
  }

  Outcome scalars(const Meaning& answer, const Meaning& gold) {
    if (leniency_.conventions.units == Units::compare && answer.unit != gold.unit) return Outcome::unequal;
    if (rational(answer) && rational(gold)) return rationals(answer, gold);
    if (close(answer, gold)) return Outcome::rounded;
    if (answer.exact && gold.exact) return as_written(answer, gold);
    const Outcome outcome = at_points(answer.formula, gold.formula);
    return holds(outcome) ? outcome : std::max(outcome, as_written(answer, gold));
  }

  Outcome rationals(const Meaning& answer, const Meaning& gold) {
    const Rational distance = boost::multiprecision::abs(answer.formula.number - gold.formula.number);
    if (distance == 0) return Outcome::equal;
    if (distance <= leniency_.tolerance * boost::multiprecision::abs(gold.formula.number))
      return Outcome::within_tolerance;
    for (const auto& [decimal, other] : {std::pair(&answer, &gold), std::pair(&gold, &answer)}) {
      if (!may_round(*decimal) || other->places > 0) continue;
      const Rational unit = answers::shifted(1, decimal->power - decimal->places);
      if (answers::shortens(decimal->formula.number, other->formula.number, unit)) return Outcome::rounded;
    }
    return as_written(answer, gold);
  }

  bool may_round(const Meaning& decimal) const {
    return leniency_.rounding > 0 && decimal.significant >= leniency_.rounding && decimal.places > 0;
  }

  /// A decimal against a constant that is no rational number.
  bool close(const Meaning& answer, const Meaning& gold) {
    const bool first = rational(answer) && may_round(answer);
    if (!first && !(rational(gold) && may_round(gold)) && leniency_.tolerance == 0) return false;
    if (!is_constant(answer.formula) || !is_constant(gold.formula)) return false;
    const auto one = value_at(answer.formula, 0, meter_);
    const auto other = value_at(gold.formula, 0, meter_);
    if (!one || !other) return false;
    const Real distance = abs(Complex(*one - *other));
    if (distance <= Real(leniency_.tolerance) * abs(*other)) return true;
    if (!rational(answer) && !rational(gold)) return false;
    const Meaning& decimal = rational(answer) ? answer : gold;
    const Complex& value = rational(answer) ? *other : *one;
    const Real unit = pow(Real(10), decimal.power - decimal.places);
    return may_round(decimal) && abs(value.imag()) < unit / 2 &&
           answers::shortens(Real(decimal.formula.number), Real(value.real()), unit);
  }

  /// "4 million" also says 4 to a gold answer without the word, and the other way round; with Percent::either, so does
  /// "50%".
  Outcome as_written(const Meaning& answer, const Meaning& gold) {
    if ((answer.power == 0) == (gold.power == 0) || !rational(answer) || !rational(gold)) return Outcome::unequal;
    const bool percent = answer.power + gold.power == kPercent;
    if (percent && leniency_.conventions.percent != Percent::either) return Outcome::unequal;
    const Rational in_answer = answers::shifted(answer.formula.number, -answer.power);
    return in_answer == answers::shifted(gold.formula.number, -gold.power) ? Outcome::as_written : Outcome::unequal;
  }

  Outcome at_points(const Node& answer, const Node& gold) {
    const bool constants = is_constant(answer) && is_constant(gold);
    int agreed = 0;
    for (int point = 0; point < (constants ? 1 : kMostPoints) && agreed < kPoints; ++point) {
      const auto one = value_at(answer, point, meter_);
      const auto other = value_at(gold, point, meter_);
      if (one && other && !agree(*one, *other)) return Outcome::unequal;
      agreed += one && other ? 1 : 0;
    }
    return agreed >= (constants ? 1 : kPoints) ? Outcome::at_points : Outcome::undecided;
  }

  const Leniency& leniency_;
  Meter& meter_;
};

std::string shown(const Meaning& meaning) {
  constexpr std::size_t longest = 60;
  if (meaning.canonical.size() <= longest) return meaning.canonical;
  return meaning.canonical.substr(0, longest) + "...";
}

std::string_view described(Outcome outcome) {
  switch (outcome) {
    case Outcome::rounded:
      return " up to the last digit of the decimal.";
    case Outcome::as_written:
      return " where \"percent\" or \"million\" may be left out.";
    case Outcome::within_tolerance:
      return " within the tolerance.";
    case Outcome::at_points:
      return ", in 30 digits wherever both were evaluated.";
    default:
      return ".";
  }
}

}  // namespace

Comparison compare(const Meaning& answer, const Meaning& gold, const Leniency& leniency) {
  Meter meter;
  Outcome outcome = Outcome::undecided;
  try {
    outcome = Comparing(leniency, meter).of(answer, gold);
  } catch (const Inexact&) {
    // The share of steps is used up: undecided, which counts as unequal.
  }
  if (outcome == Outcome::equal && answer.canonical == gold.canonical) return {true, "Both are " + shown(gold) + '.'};
  if (holds(outcome)) return {true, shown(answer) + " is " + shown(gold) + std::string(described(outcome))};
  if (outcome == Outcome::undecided)
    return {false, "Whether " + shown(answer) + " is " + shown(gold) + " cannot be decided."};
  return {false, shown(answer) + " is not " + shown(gold) + '.'};
}

}  // namespace espalier::latex
