#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace espalier::base {

/// Whether `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
bool is_utf8(std::string_view text);

/// The offset of the first byte that is not well-formed; npos where there is none.
std::size_t find_ill_formed(std::string_view text);

/// What stands at a place of a text.
struct Utf8Part {
  std::size_t length;  ///< bytes of a well-formed character, or of a maximal ill-formed part
  bool well_formed;
  bool cut;  ///< only the end of the text keeps it from being well-formed
};
/// Requires at < text.size().
Utf8Part utf8_part(std::string_view text, std::size_t at);

/// Returns `text` with every maximal ill-formed part replaced by U+FFFD, as the Unicode standard recommends.
std::string to_utf8(std::string text);

/// The character whose first byte is at `at`, which moves behind it. Requires well-formed text and at < text.size().
char32_t next_character(std::string_view text, std::size_t& at);
/// The offset of the character before the one at `at` (or the end). Requires well-formed text and at > 0.
std::size_t previous_character(std::string_view text, std::size_t at);
/// Appends `character`, at most U+10FFFF, as UTF-8.
void append_character(std::string& text, char32_t character);

}  // namespace espalier::base
