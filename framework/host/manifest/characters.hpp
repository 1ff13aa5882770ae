#pragma once

#include <optional>
#include <string_view>

namespace espalier::host {

/// Takes the first character off a text that is not empty; a byte, and nothing, where it begins with no UTF-8.
std::optional<char32_t> take_character(std::string_view& text);

/// Whether a character changes what a terminal does, or where it puts other characters: control characters, line and
/// paragraph separators, changes of writing direction.
bool commands_terminal(char32_t character);

/// Whether nothing of a character can be seen: those, and all others that only say how to show their neighbours, such
/// as zero-width ones, marks of direction, the soft hyphen, the byte-order mark.
bool invisible(char32_t character);

}  // namespace espalier::host
