#include "models/jinja/string_literal.hpp"

#include <charconv>

#include "models/jinja/template_error.hpp"
#include "models/jinja/unicode.hpp"

namespace espalier::jinja {
namespace {

/// The character that `digits` digits from `at` on name in a base.
char32_t numbered(std::string_view literal, std::size_t& at, std::size_t digits, int base, std::size_t line) {
  std::uint32_t number = 0;
  const char* begin = literal.data() + at;
  const std::size_t most = std::min(digits, literal.size() - at);
  const auto [end, error] = std::from_chars(begin, begin + most, number, base);
  const auto read = static_cast<std::size_t>(end - begin);
  if (base == 16 && read != digits) throw TemplateError(line, "an escape in a string has too few digits");
  if (number > 0x10FFFF || (number >= 0xD800 && number < 0xE000)) {
    throw TemplateError(line, "an escape in a string names no character");
  }
  at += read;
  return number;
}

}  // namespace

std::string unescape(std::string_view literal, std::size_t line) {
  std::string text;
  for (std::size_t at = 0; at < literal.size();) {
    const std::size_t begin = at;
    const char32_t character = next_character(literal, at);
    if (character != '\\' || at >= literal.size()) {
      text += literal.substr(begin, at - begin);
      continue;
    }
    const std::size_t named = at;
    const char32_t escape = next_character(literal, at);
    switch (escape) {
      case '\n':
        break;
      case '\\':
        text += '\\';
        break;
      case '\'':
        text += '\'';
        break;
      case '"':
        text += '"';
        break;
      case 'a':
        text += '\a';
        break;
      case 'b':
        text += '\b';
        break;
      case 'f':
        text += '\f';
        break;
      case 'n':
        text += '\n';
        break;
      case 'r':
        text += '\r';
        break;
      case 't':
        text += '\t';
        break;
      case 'v':
        text += '\v';
        break;
      case 'x':
        append_character(text, numbered(literal, at, 2, 16, line));
        break;
      case 'u':
        append_character(text, numbered(literal, at, 4, 16, line));
        break;
      case 'U':
        append_character(text, numbered(literal, at, 8, 16, line));
        break;
      case 'N':
        throw TemplateError(line, "escapes by the name of a character are not supported");
      default:
        if (escape >= '0' && escape <= '7') {
          at = named;
          append_character(text, numbered(literal, at, 3, 8, line));
        } else if (escape < 0x80) {
          text += literal.substr(begin, at - begin);
        } else {
          // jinja2 escapes what is not ASCII before it resolves escapes, which leaves that escape behind a backslash.
          constexpr char digits[] = "0123456789abcdef";
          const int width = escape <= 0xFF ? 2 : escape <= 0xFFFF ? 4 : 8;
          text += width == 2 ? "\\x" : width == 4 ? "\\u" : "\\U";
          for (int shift = 4 * (width - 1); shift >= 0; shift -= 4) text += digits[escape >> shift & 0xF];
        }
    }
  }
  return text;
}

}  // namespace espalier::jinja
