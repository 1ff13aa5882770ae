#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <string>

namespace espalier::answers {

using Integer = boost::multiprecision::cpp_int;
using Rational = boost::multiprecision::cpp_rational;

/// Ten to the power of `exponent`, which must not be negative.
Integer power_of_ten(int exponent);

/// Spells a value so that equal values have equal spellings: an integer, else a decimal where one ends within 60
/// places, else a fraction in lowest terms.
std::string canonical(const Rational& value);

}  // namespace espalier::answers
