#include "models/jinja/number_text.hpp"

#include <charconv>
#include <limits>
#include <string>

#include "models/jinja/unicode.hpp"

namespace espalier::jinja {
namespace {

std::string_view without_spaces(std::string_view text) {
  while (!text.empty()) {
    std::size_t next = 0;
    if (!is_space(next_character(text, next))) break;
    text.remove_prefix(next);
  }
  while (!text.empty()) {
    const std::size_t before = previous_character(text, text.size());
    std::size_t next = before;
    if (!is_space(next_character(text, next))) break;
    text.remove_suffix(text.size() - before);
  }
  return text;
}

/// Underscores may stand between digits.
std::optional<std::string> without_underscores(std::string_view text, bool at_start) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      digits += text[i];
      continue;
    }
    const auto is_digit = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    if (i + 1 >= text.size() || !is_digit(text[i + 1])) return std::nullopt;
    if (i == 0 ? !at_start : !is_digit(text[i - 1])) return std::nullopt;
  }
  return digits;
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text, std::int64_t base, Meter& meter) {
  if (base != 0 && (base < 2 || base > 36)) return std::nullopt;
  text = without_spaces(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  bool prefixed = false;
  if (text.size() > 1 && text[0] == '0') {
    const char mark = static_cast<char>(text[1] | 0x20);
    const std::int64_t named = mark == 'b' ? 2 : mark == 'o' ? 8 : mark == 'x' ? 16 : 0;
    prefixed = named != 0 && (base == 0 || base == named);
    if (prefixed) {
      text.remove_prefix(2);
      base = named;
    }
  }
  const bool literal = base == 0;
  if (literal) base = 10;
  const std::optional<std::string> digits = without_underscores(text, prefixed);
  if (!digits || digits->empty()) return std::nullopt;
  if (literal && digits->size() > 1 && (*digits)[0] == '0' && digits->find_first_not_of('0') != std::string::npos) {
    return std::nullopt;  // 012 is no literal
  }
  std::uint64_t size = 0;
  const char* end = digits->data() + digits->size();
  const auto [behind, error] = std::from_chars(digits->data(), end, size, static_cast<int>(base));
  if (behind != end) return std::nullopt;
  const std::uint64_t most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) + negative;
  if (error != std::errc() || size > most)
    meter.fail("the number " + digits->substr(0, 40) + " leaves the range of 64 bits");
  return static_cast<std::int64_t>(negative ? 0 - size : size);
}

std::optional<double> parse_real(std::string_view text) {
  const std::optional<std::string> digits = without_underscores(without_spaces(text), false);
  if (!digits || digits->empty()) return std::nullopt;
  std::string_view number = *digits;
  const bool negative = number.starts_with('-');
  if (negative || number.starts_with('+')) number.remove_prefix(1);
  if (number.empty() || number[0] == '-' || number[0] == '+') return std::nullopt;
  if (number.find('(') != std::string_view::npos) return std::nullopt;  // nan(...) is C's, not Python's
  double value = 0;
  const char* end = number.data() + number.size();
  const auto [behind, error] = std::from_chars(number.data(), end, value);
  if (behind != end || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    const bool small = number.starts_with('0') || number.starts_with('.') || number.find('-') != std::string_view::npos;
    value = small ? 0 : std::numeric_limits<double>::infinity();
  }
  return negative ? -value : value;
}

}  // namespace espalier::jinja
