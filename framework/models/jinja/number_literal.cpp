#include "models/jinja/number_literal.hpp"

#include <algorithm>

namespace espalier::jinja {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_digit_of(int base, char c) {
  const char low = static_cast<char>(c | 0x20);
  return (c >= '0' && c < '0' + std::min(base, 10)) || (base == 16 && low >= 'a' && low <= 'f');
}

char character_at(std::string_view source, std::size_t at) { return at < source.size() ? source[at] : '\0'; }

/// The end of digits with single underscores between them; `at` itself where there are none.
template <class IsDigit>
std::size_t behind_digits(std::string_view source, std::size_t at, IsDigit is) {
  if (!is(character_at(source, at))) return at;
  while (is(character_at(source, at)) || (character_at(source, at) == '_' && is(character_at(source, at + 1)))) ++at;
  return at;
}

/// The end of a number with a fraction or an exponent; 0 where there is none.
std::size_t behind_real(std::string_view source, std::size_t at) {
  if (at > 0 && source[at - 1] == '.') return 0;  // a.1.2 are two indices
  const std::size_t whole = behind_digits(source, at, is_digit);
  std::size_t end = whole;
  if (character_at(source, whole) == '.') {
    const std::size_t fraction = behind_digits(source, whole + 1, is_digit);
    if (fraction > whole + 1) end = fraction;
  }
  if ((character_at(source, end) | 0x20) == 'e') {
    const char sign = character_at(source, end + 1);
    const std::size_t begin = end + (sign == '+' || sign == '-' ? 2 : 1);
    const std::size_t exponent = behind_digits(source, begin, is_digit);
    if (exponent > begin) end = exponent;
  }
  return end > whole ? end : 0;
}

std::string without_underscores(std::string_view text) {
  std::string digits(text);
  std::erase(digits, '_');
  return digits;
}

}  // namespace

NumberLiteral number_literal(std::string_view source, std::size_t at) {
  if (const std::size_t end = behind_real(source, at)) {
    return {end, true, without_underscores(source.substr(at, end - at))};
  }
  const char mark = source[at] == '0' ? static_cast<char>(character_at(source, at + 1) | 0x20) : '\0';
  const int base = mark == 'b' ? 2 : mark == 'o' ? 8 : mark == 'x' ? 16 : 10;
  if (base != 10) {
    const std::size_t begin = at + (character_at(source, at + 2) == '_' ? 3 : 2);
    const std::size_t end = behind_digits(source, begin, [&](char c) { return is_digit_of(base, c); });
    if (end > begin) return {end, false, without_underscores(source.substr(begin, end - begin)), base};
  }
  // 012 is two numbers, which no expression allows.
  const std::size_t end = source[at] == '0' ? behind_digits(source, at, [](char c) { return c == '0'; })
                                            : behind_digits(source, at, is_digit);
  return {end, false, without_underscores(source.substr(at, end - at))};
}

}  // namespace espalier::jinja
