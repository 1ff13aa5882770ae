#include <algorithm>
#include <array>
#include <espalier/kit/answers/rational.hpp>
#include <utility>

namespace espalier::answers {
namespace {

/// Decimals longer than this are spelled as fractions.
constexpr int kMostPlaces = 60;

}  // namespace

Integer power_of_ten(int exponent) { return boost::multiprecision::pow(Integer(10), static_cast<unsigned>(exponent)); }

Rational shifted(const Rational& value, int power) {
  if (power >= 0 && boost::multiprecision::denominator(value) == 1)  // spared the search for common divisors
    return Rational(Integer(boost::multiprecision::numerator(value) * power_of_ten(power)));
  return power < 0 ? Rational(value / power_of_ten(-power)) : Rational(value * power_of_ten(power));
}

std::optional<int> power_named(std::string_view word) {
  constexpr auto powers = std::to_array<std::pair<std::string_view, int>>(
      {{"percent", kPercent}, {"hundred", 2}, {"thousand", 3}, {"million", 6}, {"billion", 9}, {"trillion", 12}});
  for (const auto& [name, power] : powers) {
    if (word == name) return power;
  }
  return std::nullopt;
}

std::string canonical(const Rational& value) {
  const Integer top = boost::multiprecision::numerator(value);
  const Integer bottom = boost::multiprecision::denominator(value);
  if (bottom == 1) return top.str();
  Integer rest = bottom;
  int twos = 0;
  int fives = 0;
  for (; rest % 2 == 0; ++twos) rest /= 2;
  for (; rest % 5 == 0; ++fives) rest /= 5;
  if (rest != 1 || std::max(twos, fives) > kMostPlaces) return top.str() + "/" + bottom.str();
  const int places = std::max(twos, fives);
  const Integer scaled = boost::multiprecision::abs(top) * power_of_ten(places) / bottom;
  std::string digits = scaled.str();
  if (digits.size() <= static_cast<std::size_t>(places))
    digits.insert(0, static_cast<std::size_t>(places) + 1 - digits.size(), '0');
  digits.insert(digits.size() - static_cast<std::size_t>(places), 1, '.');
  return (top < 0 ? "-" : "") + digits;
}

Decimals decimals(std::string_view number) {
  number = number.substr(0, number.find_last_of("0123456789") + 1);
  const std::size_t point = number.find('.');
  if (point == std::string_view::npos || number.find_first_of("/eE^") != std::string_view::npos) return {};
  const std::size_t first = std::min(number.find_first_of("123456789"), number.size());
  const auto significant = std::count_if(number.begin() + static_cast<std::ptrdiff_t>(first), number.end(),
                                         [](char c) { return c >= '0' && c <= '9'; });
  return {.places = static_cast<int>(number.size() - point - 1), .significant = static_cast<int>(significant)};
}

}  // namespace espalier::answers
