#pragma once

#include <boost/multiprecision/cpp_complex.hpp>
#include <optional>
#include <string>

#include "limits.hpp"
#include "node.hpp"

namespace espalier::latex {

/// Fifty decimal digits.
using Complex = boost::multiprecision::cpp_complex_50;
using Real = Complex::value_type;

/// The value of a formula where every variable has a fixed value of its own, between -3 and 3, that follows from its
/// name and from `point`. Nothing where it is not defined, too large for a comparison to mean anything, or too much
/// work.
std::optional<Complex> value_at(const Node& formula, int point, Meter& meter);

/// Whether the formula has no variables, so that its value is the same at all points.
bool is_constant(const Node& formula);

/// Whether two values agree in 30 digits.
bool agree(const Complex& a, const Complex& b);

/// Spells a value with 20 significant digits.
std::string spelled(const Complex& value);

}  // namespace espalier::latex
