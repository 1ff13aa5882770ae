#include "judge/verdict.hpp"

#include <algorithm>
#include <espalier/kit/answers/ascii.hpp>
#include <espalier/kit/answers/numbers.hpp>

namespace espalier::judge {
namespace {

using answers::Number;

std::string lowered(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(), answers::lower);
  return small;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && answers::blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && answers::blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Whether a byte goes on with a word; those beyond ASCII are taken for letters.
bool goes_on(char byte) {
  return answers::letter(byte) || answers::digit(byte) || static_cast<unsigned char>(byte) >= 0x80;
}

/// Where a word ends that stands in a text last; 0 where it does not stand there.
std::size_t last_end(std::string_view text, std::string_view word) {
  for (std::size_t at = text.rfind(word); at != std::string_view::npos; at = text.rfind(word, at - 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !goes_on(text[at - 1]) || !goes_on(word.front());
    const bool ends = end == text.size() || !goes_on(text[end]) || !goes_on(word.back());
    if (begins && ends) return end;
    if (at == 0) break;
  }
  return 0;
}

/// A number over the highest of the scale is the number: 7 in "7/10".
std::optional<Number> over_highest(std::string_view reply, const Number& number, double highest) {
  const std::string_view spelled = reply.substr(number.begin, number.end - number.begin);
  const std::size_t slash = spelled.find('/');
  if (slash == std::string_view::npos || highest == 1) return std::nullopt;
  const auto below = answers::next_number(spelled, slash + 1);
  if (!below || below->value != answers::Rational(highest)) return std::nullopt;
  return answers::next_number(spelled.substr(0, slash), 0);
}

}  // namespace

std::optional<bool> last_word(std::string_view reply, const Words& words) {
  const std::string text = lowered(reply);
  std::optional<bool> said;
  std::pair<std::size_t, std::size_t> last;  // where it ends, and its length
  const auto look = [&](const std::vector<std::string>& list, bool says) {
    for (const auto& word : list) {
      const std::size_t end = last_end(text, lowered(word));
      if (end == 0 || std::pair(end, word.size()) <= last) continue;
      last = {end, word.size()};
      said = says;
    }
  };
  look(words.yes, true);
  look(words.no, false);
  return said;
}

std::optional<bool> whole_word(std::string_view reply, const Words& words) {
  const std::string text = lowered(trimmed(reply));
  if (text.empty()) return std::nullopt;
  const auto begins = [&](const std::vector<std::string>& list) {
    return std::ranges::any_of(list, [&](const auto& word) { return lowered(word).starts_with(text); });
  };
  const bool yes = begins(words.yes);
  if (yes == begins(words.no)) return std::nullopt;
  return yes;
}

std::optional<double> rating(std::string_view reply, double lowest, double highest) {
  std::vector<Number> numbers;
  for (auto next = answers::next_number(reply, 0); next; next = answers::next_number(reply, numbers.back().end))
    numbers.push_back(*next);
  if (numbers.empty()) return std::nullopt;
  Number last = numbers.back();
  if (numbers.size() > 1 && last.value == answers::Rational(highest)) {
    const Number& before = numbers[numbers.size() - 2];
    const std::string between = lowered(trimmed(reply.substr(before.end, last.begin - before.end)));
    if (between == "out of" || between == "of" || between == "/") last = before;
  } else if (const auto over = over_highest(reply, last, highest)) {
    last = *over;
  }
  const auto within = [&](const answers::Rational& value) {
    const auto number = value.convert_to<double>();
    return number >= lowest && number <= highest ? std::optional(number) : std::nullopt;
  };
  if (const auto value = within(last.value)) return value;
  return last.power == 0 ? std::nullopt : within(answers::shifted(last.value, last.power));
}

}  // namespace espalier::judge
