#pragma once

#include <cstddef>
#include <espalier/kit/answers/rational.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace espalier::answers {

/// A number as it stands in a text.
struct Number {
  Rational value;  ///< what the digits say: 50 in "50%", 2 in "2 million"
  int power = 0;   ///< of ten, by which a sign or word behind them multiplies: -2 of a percentage, 6 of a million
  std::size_t begin = 0;  ///< bytes [begin, end) of the text, sign and currency included
  std::size_t end = 0;
  bool comma = false;  ///< its decimals stand behind a comma
};

/// Finds the first number that begins at or after `from`.
///
/// Reads integers, decimals (3.50, .5, 12,50), separators of thousands (1,234 1 234 1'234 and their
/// kin, see thousands.hpp), signs (also U+2212 and "negative 5"), currency ($ € £ ¥ and \$), percent (% and
/// \%), the words of power_named(), "3k" and "$3M", fractions (3/4, \frac{3}{4}, ½), mixed numbers (2 1/2, 2½), powers
/// (2^3, 2**3) and powers of ten (1.5e3, 1.5 \times 10^{3}, 1.5 x 10^3, 5·10³). A minus between two operands is not a
/// sign. Skipped: digits inside a word (x2), exponents (cm^2), ordinals (3rd), dotted lists (1.2.3), division by zero,
/// and numbers with more than 400 digits, zeros of an exponent included, whose exact value nobody needs. Linear in the
/// length of the text.
std::optional<Number> next_number(std::string_view text, std::size_t from);

/// Finds the last number of a text that is neither denied, see denial.hpp, nor part of a comparison behind another one
/// ("58, which is 4 more than 54"), see asides.hpp; of a line longer than 32 KiB, among what stands at its end.
std::optional<Number> last_number(std::string_view text);

/// The last number as it stands, with those before it that are items of one list ("2, 6 and 11" is "2, 6, 11", see
/// lists.hpp). Empty where there is none.
std::string last_number_list(std::string_view text);

}  // namespace espalier::answers
