#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/utf8.hpp"

namespace espalier::jinja {

// Characters as Python's str sees them. Texts are well-formed UTF-8 throughout.

using base::append_character;
using base::next_character;
using base::previous_character;

/// The number of characters.
std::size_t count_characters(std::string_view text);

/// str.isspace of one character.
bool is_space(char32_t character);
/// Whether str.splitlines breaks at the character.
bool is_line_break(char32_t character);
/// Whether repr writes the character as it is.
bool is_printable(char32_t character);
bool is_upper(char32_t character);
bool is_lower(char32_t character);
/// Upper case, lower case or title case.
bool is_cased(char32_t character);
bool is_alpha(char32_t character);
/// A decimal digit of any script.
bool is_decimal(char32_t character);
/// A letter or digit of any script, or an underscore: \w of Python's regular expressions.
bool is_word_character(char32_t character);
/// Whether the character may stand in a name behind its first one.
bool is_name_character(char32_t character);

/// Appends what the character becomes, which may be several: ß is SS.
void append_upper(std::string& text, char32_t character);
void append_title(std::string& text, char32_t character);
/// Appends the lower case of the character that ends at `end` in `whole`: Σ depends on its neighbours.
void append_lower(std::string& text, char32_t character, std::string_view whole, std::size_t end);
/// The whole text in lower case.
std::string lower(std::string_view text);

}  // namespace espalier::jinja
