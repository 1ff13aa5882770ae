#include "numeral.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

#include "limits.hpp"

namespace espalier::latex {
namespace {

bool whole(std::string_view digits) { return digits.find('.') == std::string_view::npos; }

/// d = i.ab(cd): the digits abcd less ab, over as many nines as c and d and as many zeros as a and b.
Node repeating(const std::string& digits, Cursor& cursor) {
  cursor.expect_symbol('{');
  const std::string period = cursor.look().text;
  if (cursor.look().kind != TokenKind::number || !whole(period)) throw Unreadable("no digits repeat");
  cursor.pass(1);
  cursor.expect_symbol('}');
  if (digits.size() + period.size() > kMostDigits) throw Unreadable("a number is too long");
  const auto places = static_cast<int>(digits.size() - digits.find('.') - 1);
  const Integer nines = answers::power_of_ten(static_cast<int>(period.size())) - 1;
  return Node::of(Rational(decimal(digits) + decimal(period) / Rational(nines * answers::power_of_ten(places))));
}

/// An argument of \frac that is an integer without a sign.
std::optional<Rational> whole_argument(Cursor& cursor) {
  if (cursor.look().kind == TokenKind::number && whole(cursor.look().text)) return first_digit(cursor);
  const bool group = cursor.look().symbol('{') && cursor.look(1).kind == TokenKind::number &&
                     whole(cursor.look(1).text) && cursor.look(2).symbol('}');
  if (!group) return std::nullopt;
  const Rational value = decimal(cursor.look(1).text);
  cursor.pass(3);
  return value;
}

/// "\frac{1}{2}" of digits only, or " 1/2".
std::optional<Rational> quotient(Cursor& cursor) {
  if (cursor.skip_command("frac")) {
    const auto top = whole_argument(cursor);
    const auto bottom = top ? whole_argument(cursor) : std::nullopt;
    if (!bottom || *bottom == 0) return std::nullopt;
    return Rational(*top / *bottom);
  }
  const Token& top = cursor.look();
  const Token& bottom = cursor.look(2);
  const bool written = top.kind == TokenKind::number && top.spaced && cursor.look(1).symbol('/') &&
                       bottom.kind == TokenKind::number && whole(top.text) && whole(bottom.text);
  if (!written) return std::nullopt;
  const Rational divisor = decimal(bottom.text);
  if (divisor == 0) return std::nullopt;
  const Rational value = decimal(top.text) / divisor;
  cursor.pass(3);
  return value;
}

/// A quotient below 1 behind an integer. Moves only when there is one.
std::optional<Rational> proper_fraction(Cursor& cursor) {
  const bool possible = cursor.look().command("frac") || cursor.look(1).symbol('/');
  if (!possible) return std::nullopt;
  const Cursor::Mark before = cursor.mark(5);  // \frac{1}2: digits are taken from the fifth token at most
  if (auto value = quotient(cursor); value && *value < 1) return value;
  cursor.back_to(before);
  return std::nullopt;
}

}  // namespace

Rational decimal(std::string_view digits) {
  if (digits.size() > kMostDigits) throw Unreadable("a number is too long");
  const std::size_t point = digits.find('.');
  std::string all(digits.substr(0, point));
  const std::string_view places = point == std::string_view::npos ? std::string_view() : digits.substr(point + 1);
  all += places;
  all.erase(0, std::min(all.find_first_not_of('0'), all.size()));  // a leading 0 would mean octal
  if (all.empty()) return Rational(0);
  if (all.size() < 19) {
    std::int64_t value = 0;
    std::from_chars(all.data(), all.data() + all.size(), value);
    if (places.empty()) return Rational(value);
    return Rational(Integer(value), answers::power_of_ten(static_cast<int>(places.size())));
  }
  return Rational(Integer(all), answers::power_of_ten(static_cast<int>(places.size())));
}

Rational first_digit(Cursor& cursor) {
  if (!whole(cursor.look().text)) return decimal(cursor.take().text);
  return Rational(cursor.take_digit() - '0');
}

Node numeral(Cursor& cursor) {
  const std::string digits = cursor.take().text;
  if (!whole(digits)) {
    return cursor.skip_command("overline") ? repeating(digits, cursor) : Node::of(decimal(digits));
  }
  const Rational value = decimal(digits);
  const auto part = proper_fraction(cursor);
  return Node::of(part ? Rational(value + *part) : value);
}

}  // namespace espalier::latex
