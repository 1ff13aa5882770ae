#include <algorithm>
#include <array>
#include <espalier/kit/answers/magnitudes.hpp>
#include <espalier/kit/answers/thousands.hpp>
#include <string>
#include <utility>

namespace espalier::answers {
namespace {

constexpr std::size_t kMostDigits = 400;

constexpr std::array<std::string_view, 3> kFraction = {"\\frac", "\\dfrac", "\\tfrac"};
constexpr std::array<std::string_view, 7> kTimes = {"\\times", "\\cdot", "\u00d7", "\u00b7", "\u22c5", "x", "*"};
constexpr std::array<std::string_view, 10> kRaised = {"\u2070", "\u00b9", "\u00b2", "\u00b3", "\u2074",
                                                      "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
struct Vulgar {
  std::string_view sign;
  int top, bottom;
};
constexpr std::array<Vulgar, 15> kVulgar = {{{"\u00bd", 1, 2},
                                             {"\u2153", 1, 3},
                                             {"\u2154", 2, 3},
                                             {"\u00bc", 1, 4},
                                             {"\u00be", 3, 4},
                                             {"\u2155", 1, 5},
                                             {"\u2156", 2, 5},
                                             {"\u2157", 3, 5},
                                             {"\u2158", 4, 5},
                                             {"\u2159", 1, 6},
                                             {"\u215a", 5, 6},
                                             {"\u215b", 1, 8},
                                             {"\u215c", 3, 8},
                                             {"\u215d", 5, 8},
                                             {"\u215e", 7, 8}}};

Integer integer(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));  // a leading 0 would mean octal
  return digits.empty() ? Integer(0) : Integer(std::string(digits));
}

/// The three digits that stand behind `bytes` of a separator, moved over; nothing, without moving, where there are
/// none.
std::string_view group_behind(Scanner& scan, std::size_t bytes) {
  const std::size_t begin = scan.at();
  scan.move_to(begin + bytes);
  if (const std::string_view group = scan.digits(); group.size() == 3) return group;
  scan.move_to(begin);
  return {};
}

/// Digits with separators of thousands, all of one kind: groups of three only. No further digits follow the last, else
/// the separators are those of a list, and no fraction's stroke behind a space: "2 100/200".
std::string grouped_digits(Scanner& scan) {
  std::string digits(scan.digits());
  if (digits.empty() || digits.size() > 3 || digits[0] == '0') return digits;
  const std::size_t plain_end = scan.at();
  const Separator first = separator_at(scan.rest());
  if (first.grouping == Grouping::none) return digits;
  std::string whole = digits;
  for (Separator next = first; next.grouping == first.grouping; next = separator_at(scan.rest())) {
    const std::string_view group = group_behind(scan, next.bytes);
    if (group.empty()) break;
    whole += group;
  }
  const Separator behind = separator_at(scan.rest());
  const bool list = first.plain && behind.plain && behind.grouping == first.grouping && digit(scan.look(1));
  const bool fraction = first.plain && first.grouping == Grouping::blank && scan.look() == '/';
  if (!list && !fraction) return whole;
  scan.move_to(plain_end);
  return digits;
}

/// The digits behind a decimal comma: one or two, or any behind a 0, that no list and no bracket says are another
/// number.
std::string_view digits_behind_comma(Scanner& scan, bool listed, bool zero) {
  const std::size_t begin = scan.at();
  if (!listed && scan.skip(",")) {
    const std::string_view digits = scan.digits();
    const bool list = scan.look() == ',' || (scan.look() == '.' && digit(scan.look(1)));
    if (!digits.empty() && (zero || digits.size() <= 2) && !list) return digits;
  }
  scan.move_to(begin);
  return {};
}

std::optional<int> small_integer(Scanner& scan) {
  const bool braced = scan.skip("{");
  const bool negative = scan.skip_any(kMinus);
  if (!negative) scan.skip("+");
  const std::string_view digits = scan.digits();
  if (digits.empty() || (braced && !scan.skip("}"))) return std::nullopt;
  const int value = digits.size() > 4 ? 9999 : std::stoi(std::string(digits));  // beyond every guard either way
  return negative ? -value : value;
}

/// An exponent in raised digits.
std::optional<int> raised_integer(Scanner& scan) {
  const bool negative = scan.skip("\u207b");
  int value = 0;
  bool any = false;
  for (;;) {
    const auto found =
        std::find_if(kRaised.begin(), kRaised.end(), [&](std::string_view sign) { return scan.skip(sign); });
    if (found == kRaised.end()) break;
    value = std::min(9999, 10 * value + static_cast<int>(found - kRaised.begin()));
    any = true;
  }
  if (!any) return std::nullopt;
  return negative ? -value : value;
}

/// The exponent after a decimal: "e3", or "\times 10^{3}" and its kin. Moves only when there is one.
std::optional<int> exponent(Scanner& scan) {
  const std::size_t begin = scan.at();
  if (scan.skip("e") || scan.skip("E")) {
    if (const auto value = small_integer(scan); value && !letter(scan.look())) return value;
  } else {
    scan.skip_spaces();
    if (scan.skip_any(kTimes)) {
      scan.skip_spaces();
      if (scan.skip("10^")) {
        if (const auto value = small_integer(scan)) return value;
      } else if (scan.skip("10")) {
        if (const auto value = raised_integer(scan)) return value;
      }
    }
  }
  scan.move_to(begin);
  return std::nullopt;
}

/// "\frac{a}{b}" and "\frac12".
std::optional<Rational> latex_fraction(Scanner& scan) {
  if (!scan.skip_any(kFraction)) return std::nullopt;
  std::array<Integer, 2> parts;
  for (Integer& part : parts) {
    scan.skip_spaces();
    if (scan.skip("{")) {
      const bool negative = scan.skip_any(kMinus);
      const std::string_view digits = scan.digits();
      if (digits.empty() || digits.size() > kMostDigits || !scan.skip("}")) return std::nullopt;
      part = negative ? Integer(-integer(digits)) : integer(digits);
    } else if (digit(scan.look())) {
      part = scan.look() - '0';
      scan.move_to(scan.at() + 1);
    } else {
      return std::nullopt;
    }
  }
  if (parts[1] == 0) return std::nullopt;
  return Rational(parts[0]) / Rational(parts[1]);  // the constructor from two integers refuses a negative denominator
}

/// A power of an integer: "^3", "**3" or raised digits behind it. Nothing, without moving, where there is none or its
/// value is beyond the guards.
std::optional<Rational> power_of(const std::string& digits, Scanner& scan) {
  if (scan.look() != '^' && scan.look() != '*' && !scan.foreign()) return std::nullopt;
  const std::size_t begin = scan.at();
  const bool written = scan.skip("^") || scan.skip("**");
  const auto exponent = written ? small_integer(scan) : raised_integer(scan);
  const auto size = exponent ? static_cast<std::size_t>(std::abs(*exponent)) * digits.size() : 0;
  const Integer base = size <= kMostDigits ? integer(digits) : Integer(0);
  if (!exponent || size > kMostDigits || (base == 0 && *exponent <= 0)) {
    scan.move_to(begin);
    return std::nullopt;
  }
  const Integer value = boost::multiprecision::pow(base, static_cast<unsigned>(std::abs(*exponent)));
  return *exponent < 0 ? Rational(1 / Rational(value)) : Rational(value);
}

/// An unsigned decimal with its exponent. Nothing, and an undefined position, when it is beyond the guards.
std::optional<Magnitude> decimal(Scanner& scan) {
  const bool listed = std::string_view("([{,").find(scan.behind()) != std::string_view::npos;
  const std::size_t begin = scan.at();
  const std::string whole = grouped_digits(scan);
  const bool plain = scan.at() - begin == whole.size();
  std::string_view decimals;
  bool comma = false;
  if (scan.look() == '.' && digit(scan.look(1))) {
    scan.skip(".");
    decimals = scan.digits();
    if (scan.look() == '.' && digit(scan.look(1))) return std::nullopt;
  } else if (plain && !whole.empty()) {
    decimals = digits_behind_comma(scan, listed, whole == "0");
    comma = !decimals.empty();
  }
  if (whole.empty() && decimals.empty()) return std::nullopt;
  if (decimals.empty() && whole.size() <= kMostDigits) {
    if (auto value = power_of(whole, scan)) return Magnitude{std::move(*value)};
  }
  const auto power = exponent(scan);
  if (whole.size() + decimals.size() + static_cast<std::size_t>(std::abs(power.value_or(0))) > kMostDigits)
    return std::nullopt;
  const int shift = power.value_or(0) - static_cast<int>(decimals.size());
  return Magnitude{shifted(Rational(integer(whole + std::string(decimals))), shift), decimals.empty() && !power, comma};
}

std::optional<Rational> vulgar_fraction(Scanner& scan) {
  if (!scan.foreign()) return std::nullopt;
  for (const Vulgar& vulgar : kVulgar) {
    if (scan.skip(vulgar.sign)) return Rational(vulgar.top, vulgar.bottom);
  }
  return std::nullopt;
}

/// "/b" after an integer; nothing, without moving, when it is no single fraction (1/2/3 is a date).
std::optional<Rational> denominator(Scanner& scan) {
  const std::size_t begin = scan.at();
  scan.skip_spaces();
  if (scan.skip("/")) {
    scan.skip_spaces();
    if (digit(scan.look())) {
      const std::string digits = grouped_digits(scan);
      const bool ends = !(scan.look() == '/' && digit(scan.look(1))) && !(scan.look() == '.' && digit(scan.look(1)));
      if (ends && digits.size() <= kMostDigits) {
        if (Integer value = integer(digits); value != 0) return Rational(std::move(value));
      }
    }
  }
  scan.move_to(begin);
  return std::nullopt;
}

/// The proper fraction of a mixed number: "2 1/2", "2\frac{1}{2}". Moves only when there is one.
std::optional<Rational> proper_fraction(Scanner& scan) {
  const std::size_t begin = scan.at();
  scan.skip_spaces();
  if (auto fraction = vulgar_fraction(scan)) return fraction;
  if (auto fraction = latex_fraction(scan); fraction && *fraction >= 0 && *fraction < 1) return fraction;
  scan.move_to(begin);
  if (scan.look() == ' ' && digit(scan.look(1))) {
    scan.skip(" ");
    const Integer top = integer(scan.digits().substr(0, kMostDigits));
    if (const auto bottom = denominator(scan); bottom && Rational(top) < *bottom) return Rational(top) / *bottom;
  }
  scan.move_to(begin);
  return std::nullopt;
}

}  // namespace

std::optional<Magnitude> magnitude(Scanner& scan) {
  if (scan.look() == '\\') {
    auto fraction = latex_fraction(scan);
    return fraction ? std::optional(Magnitude{std::move(*fraction)}) : std::nullopt;
  }
  if (auto fraction = vulgar_fraction(scan)) return Magnitude{std::move(*fraction)};
  const bool in_date = scan.behind() == '/';
  auto read = decimal(scan);
  if (!read) return std::nullopt;
  if (read->whole && !in_date) {
    if (const auto bottom = denominator(scan)) return Magnitude{Rational(read->value / *bottom)};
    if (const auto part = proper_fraction(scan)) return Magnitude{Rational(read->value + *part)};
  }
  return read;
}

int power_behind(Scanner& scan, bool currency) {
  const std::size_t begin = scan.at();
  if (const std::string_view word = scan.word(); word.size() == 1) {
    const int power = word == "k" || word == "K" ? 3 : !currency ? 0 : word == "M" ? 6 : word == "B" ? 9 : 0;
    if (power > 0) {
      scan.skip(word);
      return power;
    }
  }
  scan.skip_spaces();
  if (scan.skip("%") || scan.skip("\\%")) return kPercent;
  if (const auto power = power_named(scan.word())) {
    scan.skip(scan.word());
    return *power;
  }
  scan.move_to(begin);
  return 0;
}

}  // namespace espalier::answers
