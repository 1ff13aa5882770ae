#include <espalier/kit/answers/ascii.hpp>
#include <espalier/kit/answers/asides.hpp>
#include <espalier/kit/answers/denial.hpp>
#include <espalier/kit/answers/lists.hpp>
#include <espalier/kit/answers/magnitudes.hpp>
#include <espalier/kit/answers/numbers.hpp>
#include <string_view>
#include <utility>
#include <vector>

namespace espalier::answers {
namespace {

/// Of a longer line only so many bytes at its end are looked at for its last number.
constexpr std::size_t kLongestLine = 32'768;

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
    const auto last_before = [&](std::size_t limit) {
      std::optional<Number> last;
      for (auto number = next_number(text.substr(0, limit), begin); number;
           number = next_number(text.substr(0, limit), number->end)) {
        if (!denied(text, number->begin, number->end)) last = number;
      }
      return last;
    };
    const std::size_t stated = begin + without_comparison(text.substr(begin, end - begin)).size();
    if (auto last = last_before(stated)) return last;
    if (auto last = stated < end ? last_before(end) : std::nullopt) return last;
    end = line;
  }
  return std::nullopt;
}

std::string last_number_list(std::string_view text) {
  const auto last = last_number(text);
  if (!last) return {};
  text = text.substr(0, last->end);
  std::vector<MarkedPart> parts;
  const std::size_t line = text.rfind('\n') + 1;
  const std::size_t begin = std::max(line, text.size() - std::min(text.size(), kLongestLine));
  for (auto number = next_number(text, begin); number; number = next_number(text, number->end))
    parts.push_back({text.substr(number->begin, number->end - number->begin), number->begin, number->end});
  return last_list(text, parts, item_of_sentence);
}

}  // namespace espalier::answers
