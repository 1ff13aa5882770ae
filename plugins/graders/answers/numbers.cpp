#include "numbers.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "ascii.hpp"

namespace espalier::answers {
namespace {

constexpr std::size_t kMostDigits = 400;
/// Of a longer line only so many bytes at its end are looked at for its last number.
constexpr std::size_t kLongestLine = 32'768;

/// Reads numbers off a text from one position onwards; every `skip...` returns whether it moved.
class Scanner {
 public:
  Scanner(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  std::size_t at() const { return at_; }
  void move_to(std::size_t at) { at_ = at; }
  char look(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  char behind() const { return at_ > 0 ? text_[at_ - 1] : '\0'; }

  bool skip(std::string_view what) {
    if (text_.substr(at_, what.size()) != what) return false;
    at_ += what.size();
    return true;
  }
  template <std::size_t N>
  bool skip_any(const std::array<std::string_view, N>& options) {
    return std::any_of(options.begin(), options.end(), [&](std::string_view option) { return skip(option); });
  }
  void skip_spaces() {
    while (look() == ' ' || look() == '\t') ++at_;
  }
  std::string_view digits() {
    const std::size_t begin = at_;
    while (digit(look())) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  std::string_view word() const {
    std::size_t end = at_;
    while (end < text_.size() && letter(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }

 private:
  std::string_view text_;
  std::size_t at_;
};

constexpr std::array<std::string_view, 3> kMinus = {"-", "\u2212", "\u2013"};
constexpr std::array<std::string_view, 5> kCurrency = {"$", "\\$", "\u20ac", "\u00a3", "\u00a5"};
constexpr std::array<std::string_view, 3> kFraction = {"\\frac", "\\dfrac", "\\tfrac"};
constexpr std::array<std::string_view, 5> kTimes = {"\\times", "\\cdot", "\u00d7", "x", "*"};

Integer integer(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));  // a leading 0 would mean octal
  return digits.empty() ? Integer(0) : Integer(std::string(digits));
}

/// Digits with thousands separators: groups of three only, and no further group after them, else the commas make a
/// list.
std::string grouped_digits(Scanner& scan) {
  std::string digits(scan.digits());
  const std::size_t plain_end = scan.at();
  if (digits.empty() || digits.size() > 3) return digits;
  std::string whole = digits;
  while (scan.skip("{,}") || (scan.look() == ',' && digit(scan.look(1)) && scan.skip(","))) {
    const std::string_view group = scan.digits();
    if (group.size() != 3) {
      scan.move_to(plain_end);
      return digits;
    }
    whole += group;
  }
  return whole;
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

struct Magnitude {
  Rational value;
  bool whole = false;  ///< digits only: may be the top of a fraction, or the whole part of a mixed number
};

/// An unsigned decimal with its exponent. Nothing, and an undefined position, when it is beyond the guards.
std::optional<Magnitude> decimal(Scanner& scan) {
  const std::string whole = grouped_digits(scan);
  std::string_view decimals;
  if (scan.look() == '.' && digit(scan.look(1))) {
    scan.skip(".");
    decimals = scan.digits();
    if (scan.look() == '.' && digit(scan.look(1))) return std::nullopt;
  }
  const auto power = exponent(scan);
  if (whole.size() + decimals.size() + static_cast<std::size_t>(std::abs(power.value_or(0))) > kMostDigits)
    return std::nullopt;
  const int shift = power.value_or(0) - static_cast<int>(decimals.size());
  return Magnitude{shifted(Rational(integer(whole + std::string(decimals))), shift), decimals.empty() && !power};
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

std::optional<Rational> magnitude(Scanner& scan) {
  if (scan.look() == '\\') return latex_fraction(scan);
  const bool in_date = scan.behind() == '/';
  auto read = decimal(scan);
  if (!read) return std::nullopt;
  if (read->whole && !in_date) {
    if (const auto bottom = denominator(scan)) return Rational(read->value / *bottom);
    if (const auto part = proper_fraction(scan)) return Rational(read->value + *part);
  }
  return std::move(read->value);
}

/// The power of ten of a percent sign, or of a word such as "million"; 0, without moving, where there is none.
int power_behind(Scanner& scan) {
  const std::size_t begin = scan.at();
  scan.skip_spaces();
  if (scan.skip("%") || scan.skip("\\%")) return kPercent;
  if (const auto power = power_named(scan.word())) {
    scan.skip(scan.word());
    return *power;
  }
  scan.move_to(begin);
  return 0;
}

bool ordinal(const Scanner& scan) {
  const std::string_view word = scan.word();
  return word == "st" || word == "nd" || word == "rd" || word == "th";
}

/// Whether a minus at `at` is a sign and not a subtraction: what stands before it is no operand, and what follows it,
/// by a space, follows an opening or an equals sign.
bool minus_is_sign(std::string_view text, std::size_t at, bool spaced) {
  if (at > 0 && (digit(text[at - 1]) || letter(text[at - 1]) || text[at - 1] == ')' || text[at - 1] == '}'))
    return false;
  const std::size_t last = at == 0 ? std::string_view::npos : text.find_last_not_of(" \t\n", at - 1);
  if (last == std::string_view::npos) return true;
  return !spaced || std::string_view("=:([{*").find(text[last]) != std::string_view::npos;
}

/// Skips sign and currency in either order before a number; returns whether it is negative, or nothing when there is no
/// number behind them.
std::optional<bool> prefix(Scanner& scan, std::string_view text) {
  bool negative = false;
  bool currency = false;
  for (;;) {
    const std::size_t at = scan.at();
    if (!negative && scan.skip_any(kMinus)) {
      const bool spaced = scan.look() == ' ';
      if (!minus_is_sign(text, at, spaced)) return std::nullopt;
      negative = true;
    } else if (!currency && scan.skip_any(kCurrency)) {
      currency = true;
    } else {
      break;
    }
    scan.skip_spaces();
  }
  return negative;
}

bool number_starts(const Scanner& scan) {
  const auto free = [](char c) { return !letter(c) && c != '_' && !digit(c); };
  if (digit(scan.look())) return free(scan.behind());
  if (scan.look() == '.' && digit(scan.look(1))) return free(scan.behind());
  return scan.look() == '\\';
}

std::optional<Number> number_at(std::string_view text, std::size_t begin) {
  Scanner scan(text, begin);
  const auto negative = prefix(scan, text);
  if (!negative || !number_starts(scan)) return std::nullopt;
  auto value = magnitude(scan);
  if (!value || ordinal(scan)) return std::nullopt;
  const int power = power_behind(scan);
  return Number{*negative ? Rational(-*value) : std::move(*value), power, begin, scan.at()};
}

}  // namespace

std::optional<Number> next_number(std::string_view text, std::size_t from) {
  for (std::size_t at = from; at < text.size(); ++at) {
    const char c = text[at];
    const bool may_start =
        digit(c) || c == '.' || c == '-' || c == '$' || c == '\\' || static_cast<unsigned char>(c) >= 0x80;
    if (!may_start) continue;
    if (auto number = number_at(text, at)) return number;
    // A digit that starts no number belongs to a word, an ordinal, a dotted list or an endless number: pass over all of
    // its run, thousands separators included, so that no run is read twice.
    const auto digit_at = [&](std::size_t place) { return place < text.size() && digit(text[place]); };
    const auto group_at = [&](std::size_t place) {
      return digit_at(place) && digit_at(place + 1) && digit_at(place + 2) && !digit_at(place + 3);
    };
    while (digit(text[at]) && at + 1 < text.size()) {
      if (digit(text[at + 1]))
        ++at;
      else if ((text[at + 1] == '.' && digit_at(at + 2)) || (text[at + 1] == ',' && group_at(at + 2)))
        at += 2;
      else
        break;
    }
  }
  return std::nullopt;
}

std::optional<Number> last_number(std::string_view text) {
  // No number goes on over the end of a line, so lines are read from the last one up.
  for (std::size_t end = text.size(); end > 0;) {
    std::size_t begin = text.find_last_of('\n', end - 1) + 1;
    if (begin == end) {
      --end;
      continue;
    }
    const std::size_t line = begin;
    if (end - begin > kLongestLine) begin = std::min(text.find(' ', end - kLongestLine), end);
    std::optional<Number> last;
    for (auto number = next_number(text.substr(0, end), begin); number;
         number = next_number(text.substr(0, end), number->end))
      last = number;
    if (last) return last;
    end = line;
  }
  return std::nullopt;
}

}  // namespace espalier::answers
