#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace espalier::answers {

using Integer = boost::multiprecision::cpp_int;
using Rational = boost::multiprecision::cpp_rational;

/// Ten to the power of `exponent`, which must not be negative.
Integer power_of_ten(int exponent);

/// What 50% equals: 50, or 0.5; or 0.5 to begin with, but 50 as well to an answer without the sign.
enum class Percent { either, unit, hundredth };
/// The power of ten of a percent sign.
constexpr int kPercent = -2;

/// value * 10^power.
Rational shifted(const Rational& value, int power);

/// Whether `decimal`, the last digit of which is worth `unit`, is what `value` is rounded to or cut off at.
template <class Number>
bool shortens(const Number& decimal, const Number& value, const Number& unit) {
  const Number distance = abs(decimal - value);
  return distance * 2 <= unit || (distance < unit && abs(decimal) < abs(value));
}

/// The power of ten by which a word behind a number multiplies it: kPercent for "percent", 6 for "million"; nothing for
/// other words.
std::optional<int> power_named(std::string_view word);

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
