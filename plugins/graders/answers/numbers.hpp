#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "rational.hpp"

namespace espalier::answers {

/// A number as it stands in a text.
struct Number {
  Rational value;  ///< what the digits say: 50 in "50%", 2 in "2 million"
  int power = 0;   ///< of ten, by which a sign or word behind them multiplies: -2 of a percentage, 6 of a million
  std::size_t begin = 0;  ///< bytes [begin, end) of the text, sign and currency included
  std::size_t end = 0;
};

/// Finds the first number that begins at or after `from`.
///
/// Reads integers, decimals (3.50, .5), thousands separators (1,234 and 1{,}234), signs (also U+2212), currency ($ € £
/// ¥ and
/// \$), percent (% and \%) and the words of power_named(), fractions (3/4, \frac{3}{4}), mixed numbers (2 1/2), and
/// powers of ten (1.5e3, 1.5 \times 10^{3}, 1.5 x 10^3). A minus between two operands is not a sign. Skipped: digits
/// inside a word (x2), ordinals (3rd), dotted lists (1.2.3), division by zero, and numbers with more than 400 digits,
/// zeros of an exponent included, whose exact value nobody needs. Linear in the length of the text.
std::optional<Number> next_number(std::string_view text, std::size_t from);

/// Finds the last number of a text; of a line longer than 32 KiB, among what stands at its end.
std::optional<Number> last_number(std::string_view text);

}  // namespace espalier::answers
