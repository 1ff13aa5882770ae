#include "numbers.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "ascii.hpp"
#include "denial.hpp"

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
  /// Whether a character begins here that ASCII does not have.
  bool foreign() const { return static_cast<unsigned char>(look()) >= 0x80; }

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
constexpr std::array<std::string_view, 7> kTimes = {"\\times", "\\cdot", "\u00d7", "\u00b7", "\u22c5", "x", "*"};
constexpr std::array<std::string_view, 8> kSeparators = {",",      "{,}",    "\\,",    "'",
                                                         "\u2019", "\u00a0", "\u2009", "\u202f"};
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

/// Moves over a group of three digits behind `separator`; returns them, or nothing without moving.
std::optional<std::string_view> group_behind(Scanner& scan, std::string_view separator) {
  const std::size_t begin = scan.at();
  if (scan.skip(separator)) {
    if (const std::string_view group = scan.digits(); group.size() == 3) return group;
  }
  scan.move_to(begin);
  return std::nullopt;
}

/// Digits with thousands separators, all of one kind: groups of three only, and no further digits after them, else the
/// commas make a list. Blanks separate only where there are two: "7 200" may be two numbers.
std::string grouped_digits(Scanner& scan) {
  std::string digits(scan.digits());
  const std::size_t plain_end = scan.at();
  if (digits.empty() || digits.size() > 3) return digits;
  if (!scan.foreign() && std::string_view(",{\\' ").find(scan.look()) == std::string_view::npos) return digits;
  const auto grouped = [&](std::string_view separator, int least) -> std::optional<std::string> {
    std::string whole;
    int groups = 0;
    for (auto group = group_behind(scan, separator); group; group = group_behind(scan, separator), ++groups)
      whole += *group;
    const bool list = separator == "," && scan.look() == ',' && digit(scan.look(1));
    if (groups >= least && !list) return digits + whole;
    scan.move_to(plain_end);
    return std::nullopt;
  };
  for (const auto separator : kSeparators) {
    if (auto whole = grouped(separator, 1)) return *whole;
  }
  if (auto whole = grouped(" ", 2)) return *whole;
  return digits;
}

/// The digits behind a decimal comma: one or two, that no list and no bracket says are another number.
std::string_view digits_behind_comma(Scanner& scan, bool listed) {
  const std::size_t begin = scan.at();
  if (!listed && scan.skip(",")) {
    const std::string_view digits = scan.digits();
    const bool list = scan.look() == ',' || (scan.look() == '.' && digit(scan.look(1)));
    if (!digits.empty() && digits.size() <= 2 && !list) return digits;
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

struct Magnitude {
  Rational value;
  bool whole = false;  ///< digits only: may be the top of a fraction, or the whole part of a mixed number
  bool comma = false;  ///< decimals behind a comma
};

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
    decimals = digits_behind_comma(scan, listed);
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

/// The power of ten of a percent sign, or of a word such as "million"; 0, without moving, where there is none. "3k" is
/// a thousand each, and an amount of money may be "$3M" or "$3B".
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

struct Prefix {
  bool negative = false, currency = false;
};

/// Skips sign and currency in either order before a number; returns nothing when there is no number behind them.
std::optional<Prefix> prefix(Scanner& scan, std::string_view text) {
  Prefix found;
  for (;;) {
    const std::size_t at = scan.at();
    if (!found.negative && scan.skip_any(kMinus)) {
      const bool spaced = scan.look() == ' ';
      if (!minus_is_sign(text, at, spaced)) return std::nullopt;
      found.negative = true;
    } else if (!found.currency && scan.skip_any(kCurrency)) {
      found.currency = true;
    } else {
      break;
    }
    scan.skip_spaces();
  }
  return found;
}

/// Whether a position is that of an exponent: "cm^2", "10^{-3}".
bool exponent_place(std::string_view text, std::size_t at) {
  if (at > 0 && text[at - 1] == '{') --at;
  return at > 0 && text[at - 1] == '^';
}

bool number_starts(const Scanner& scan) {
  const auto free = [](char c) { return !letter(c) && c != '_' && !digit(c); };
  if (digit(scan.look())) return free(scan.behind());
  if (scan.look() == '.' && digit(scan.look(1))) return free(scan.behind());
  return scan.look() == '\\' || scan.foreign();
}

/// Where the word "negative" begins that stands right before a number.
std::optional<std::size_t> negative_word(std::string_view text, std::size_t at) {
  constexpr std::string_view word = "negative ";
  if (at < word.size() || text.substr(at - word.size(), word.size()) != word) return std::nullopt;
  const std::size_t begin = at - word.size();
  return begin == 0 || !letter(text[begin - 1]) ? std::optional(begin) : std::nullopt;
}

std::optional<Number> number_at(std::string_view text, std::size_t begin) {
  if (exponent_place(text, begin)) return std::nullopt;
  Scanner scan(text, begin);
  const auto before = prefix(scan, text);
  if (!before || !number_starts(scan)) return std::nullopt;
  auto read = magnitude(scan);
  if (!read || ordinal(scan)) return std::nullopt;
  const int power = power_behind(scan, before->currency);
  bool negative = before->negative;
  if (const auto word = negative ? std::nullopt : negative_word(text, begin)) {
    negative = true;
    begin = *word;
  }
  return Number{negative ? Rational(-read->value) : std::move(read->value), power, begin, scan.at(), read->comma};
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
         number = next_number(text.substr(0, end), number->end)) {
      if (!denied(text, number->begin, number->end)) last = number;
    }
    if (last) return last;
    end = line;
  }
  return std::nullopt;
}

}  // namespace espalier::answers
