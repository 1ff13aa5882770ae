#include "models/jinja/format.hpp"

#include <charconv>
#include <cmath>

#include "models/jinja/unicode.hpp"

namespace espalier::jinja {
namespace {

constexpr std::int64_t kMostPrecision = 1000;

std::int64_t checked_precision(const FormatSpec& spec, std::int64_t otherwise, Meter& meter) {
  const std::int64_t precision = spec.precision.value_or(otherwise);
  if (precision > kMostPrecision) meter.fail("a number is to be written with too many digits");
  return precision;
}

std::string digits_of(double value, char type, int precision) {
  char buffer[2048];
  const auto style = type == 'f'   ? std::chars_format::fixed
                     : type == 'e' ? std::chars_format::scientific
                                   : std::chars_format::general;
  return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, value, style, precision).ptr);
}

std::string grouped(const std::string& digits, char mark, std::size_t size) {
  std::string result;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % size == 0) result += mark;
    result += digits[i];
  }
  return result;
}

/// Puts a sign, a prefix and digits into the width.
Text padded(bool negative, const std::string& prefix, const std::string& digits, const FormatSpec& spec, Meter& meter) {
  std::string head = negative ? "-" : spec.sign == '+' ? "+" : spec.sign == ' ' ? " " : "";
  head += prefix;
  const std::int64_t missing = spec.width - static_cast<std::int64_t>(head.size() + digits.size());
  const char align = spec.align ? spec.align : '>';
  if (missing > 0) meter.check_bytes(static_cast<std::size_t>(spec.width));
  const std::int64_t left = missing <= 0 || align == '<' ? 0 : align == '^' ? missing / 2 : missing;
  TextBuilder builder(meter);
  if (align == '=') builder.append(head);
  for (std::int64_t i = 0; i < left; ++i) builder.append(spec.fill);
  if (align != '=') builder.append(head);
  builder.append(digits);
  for (std::int64_t i = left; i < missing; ++i) builder.append(spec.fill);
  return builder.take();
}

}  // namespace

Text format_text(const Text& text, const FormatSpec& spec, Meter& meter) {
  Text shown = text;
  if (spec.precision && *spec.precision < static_cast<std::int64_t>(text.length())) {
    shown = text.part(0, text.offset_of(static_cast<std::size_t>(*spec.precision)));
  }
  const std::int64_t missing = spec.width - static_cast<std::int64_t>(shown.length());
  if (missing > 0) meter.check_bytes(static_cast<std::size_t>(spec.width));
  const std::int64_t left = missing <= 0 ? 0 : spec.align == '>' ? missing : spec.align == '^' ? missing / 2 : 0;
  TextBuilder builder(meter);
  for (std::int64_t i = 0; i < left; ++i) builder.append(spec.fill);
  builder.append(shown);
  for (std::int64_t i = left; i < missing; ++i) builder.append(spec.fill);
  return builder.take();
}

Text format_integer(std::int64_t value, const FormatSpec& spec, Meter& meter) {
  const int base = spec.type == 'b' ? 2 : spec.type == 'o' ? 8 : spec.type == 'x' || spec.type == 'X' ? 16 : 10;
  const std::uint64_t size = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  char buffer[72];
  std::string digits(buffer, std::to_chars(buffer, buffer + sizeof buffer, size, base).ptr);
  std::string prefix = spec.alternate && base != 10 ? std::string("0") + spec.type : "";
  if (spec.type == 'X') {
    for (char& digit : digits) digit = static_cast<char>(digit >= 'a' ? digit - 'a' + 'A' : digit);
  }
  if (spec.grouping) digits = grouped(digits, spec.grouping, base == 10 ? 3 : 4);
  return padded(value < 0, prefix, digits, spec, meter);
}

Text format_real(double value, const FormatSpec& spec, Meter& meter) {
  const bool negative = std::signbit(value) && !std::isnan(value);
  const double size = std::abs(value);
  const char type = static_cast<char>(spec.type | 0x20);
  std::string digits;
  if (!std::isfinite(value)) {
    digits = std::isnan(value) ? "nan" : "inf";
    if (spec.type == '%') digits += '%';
  } else if (spec.type == '%') {
    digits = digits_of(size * 100, 'f', static_cast<int>(checked_precision(spec, 6, meter))) + "%";
  } else if (spec.type == '\0' && !spec.precision) {
    digits = repr_of_double(size);
  } else {
    const std::int64_t precision = checked_precision(spec, 6, meter);
    const bool general = spec.type == '\0' || type == 'g';
    digits = digits_of(size, general ? 'g' : type, static_cast<int>(general && precision == 0 ? 1 : precision));
    if (spec.type == '\0' && digits.find_first_of(".e") == std::string::npos) digits += ".0";
  }
  if (spec.type == 'F' || spec.type == 'E' || spec.type == 'G') {
    for (char& digit : digits) digit = static_cast<char>(digit >= 'a' && digit <= 'z' ? digit - 'a' + 'A' : digit);
  }
  if (spec.grouping) {
    const std::size_t whole = std::min(digits.find_first_not_of("0123456789"), digits.size());
    digits = grouped(digits.substr(0, whole), spec.grouping, 3) + digits.substr(whole);
  }
  return padded(negative, "", digits, spec, meter);
}

Text format_character(std::int64_t value, const FormatSpec& spec, Meter& meter) {
  if (value < 0 || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) {
    meter.fail("the number " + std::to_string(value) + " names no character");
  }
  std::string character;
  append_character(character, static_cast<char32_t>(value));
  return format_text(Text(std::move(character), true), spec, meter);
}

}  // namespace espalier::jinja
