#pragma once

#include <optional>
#include <string>

#include "exact.hpp"

namespace espalier::latex {

/// Arithmetic of normal forms. Every result is reduced: a denominator of one term is multiplied out, one of square
/// roots and i is made rational by conjugates, a denominator that divides the numerator is divided out, and common
/// factors in one variable are found by Euclid's algorithm. What remains has the leading coefficient 1.
Exact sum(const Exact& a, const Exact& b, Meter& meter);
Exact product(const Exact& a, const Exact& b, Meter& meter);
/// Throws Inexact for 0.
Exact inverse(const Exact& value, Meter& meter);

/// base ^ exponent in its normal form.
Polynomial raised(const Base& base, const Rational& exponent);
/// base ^ exponent; `real` means the real root of a negative number where there is one, else it is the principal one.
Exact rational_power(const Exact& base, const Rational& exponent, bool real, Meter& meter);
/// A formula that is known by its spelling only; throws Inexact when that is too long.
Exact opaque(std::string spelling);
/// The rational square root of a square.
std::optional<Rational> exact_root(const Rational& square);

/// The one base in whole powers of which, with rational coefficients, the whole quotient is written.
std::optional<Base> single_variable(const Exact& value);

}  // namespace espalier::latex
