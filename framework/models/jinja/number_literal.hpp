#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace espalier::jinja {

/// A number in a template.
struct NumberLiteral {
  std::size_t end;     ///< the offset behind it
  bool real;           ///< it has a fraction or an exponent
  std::string digits;  ///< without underscores and the mark of its base
  int base = 10;
};

/// The number at `at`, where a digit stands.
NumberLiteral number_literal(std::string_view source, std::size_t at);

}  // namespace espalier::jinja
