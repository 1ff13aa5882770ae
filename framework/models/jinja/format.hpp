#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "models/jinja/interpreter.hpp"

namespace espalier::jinja {

/// How a value is written by `%` and by str.format.
struct FormatSpec {
  Text fill = Text(" ");
  char align = '\0';  ///< < > ^ = or nothing for the type's own
  char sign = '-';
  bool alternate = false;
  char grouping = '\0';
  std::int64_t width = 0;
  std::optional<std::int64_t> precision;
  char type = '\0';
};

/// A text, cut to the precision and filled up to the width.
Text format_text(const Text& text, const FormatSpec& spec, Meter& meter);
/// An int by d, b, o, x or X.
Text format_integer(std::int64_t value, const FormatSpec& spec, Meter& meter);
/// A float by e, f, g, % or no type.
Text format_real(double value, const FormatSpec& spec, Meter& meter);
/// What `c` writes. It is marked: a number may have come from marked text.
Text format_character(std::int64_t value, const FormatSpec& spec, Meter& meter);

/// text.format(...).
Text format_braces(Interpreter& interpreter, const Text& text, const CallArguments& arguments);

}  // namespace espalier::jinja
