#pragma once

namespace espalier::jinja {

/// A character whose upper or title case is several characters.
struct SpecialCase {
  char16_t character;
  const char16_t* upper;
  const char16_t* title;
};

/// Nothing for characters whose case is one character. The conditions of the standard's table are left out.
const SpecialCase* special_case(char32_t character);

}  // namespace espalier::jinja
