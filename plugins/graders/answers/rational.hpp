#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <string>
#include <string_view>

namespace espalier::answers {

using Integer = boost::multiprecision::cpp_int;
using Rational = boost::multiprecision::cpp_rational;

/// Ten to the power of `exponent`, which must not be negative.
Integer power_of_ten(int exponent);

/// Spells a value so that equal values have equal spellings: an integer, else a decimal where one ends within 60
/// places, else a fraction in lowest terms.
std::string canonical(const Rational& value);

/// How a number is written as a decimal.
struct Decimals {
  int places = 0;       ///< digits behind the point
  int significant = 0;  ///< digits from the first that is not 0
};

/// Counts the digits of one number as it stands in a text; none for what is no plain decimal: an integer, a fraction, a
/// power of ten.
Decimals decimals(std::string_view number);

}  // namespace espalier::answers
