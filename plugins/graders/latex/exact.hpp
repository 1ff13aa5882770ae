#pragma once

#include <optional>
#include <string>

#include "polynomial.hpp"

namespace espalier::latex {

/// A formula as a quotient of polynomials, with no common factor as far as those are found.
struct Exact {
  Polynomial top;
  Polynomial bottom{Rational(1)};

  /// Whether formulas of equal value have equal forms: the form has no opaque part, and a denominator only where all is
  /// in one variable with rational coefficients, so that every common factor was found.
  bool complete() const;
  bool constant() const { return top.constant() && bottom.constant(); }
  /// The value of a rational number.
  std::optional<Rational> rational() const;
};

/// Brings a formula into its normal form, exactly. Functions without an exact value become opaque factors. Throws
/// Inexact where there is none (a division by zero, infinity) or it would be too large.
Exact exact(const Node& formula, Meter& meter);

/// "3*x^2 + 1", "(x + 1)/(x - 1)".
std::string spelled(const Exact& value);

}  // namespace espalier::latex
