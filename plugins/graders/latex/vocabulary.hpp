#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace espalier::latex {

/// The name of a function or constant written without a backslash: "sqrt", "sin", "pi", "infinity".
std::optional<std::string_view> plain_name(std::string_view run);

/// The one name of commands that mean the same: "dfrac" is "frac", "leq" is "le".
std::string_view standard_name(std::string_view command);

bool is_sizing(std::string_view command);        ///< \left, \big, \displaystyle ...: without meaning
bool is_spacing(std::string_view command);       ///< \quad and its kin
bool is_text_command(std::string_view command);  ///< commands whose group is text: \text, \mathrm ...
bool is_decoration(std::string_view command);    ///< commands that only dress their argument: \vec, \mathbf ...
bool is_function(std::string_view command);      ///< functions of one argument: sin, ln, ...

struct UnicodeSign {
  std::size_t bytes;       ///< length of the sign in UTF-8
  std::string_view latex;  ///< a command, a symbol, or nothing
};

/// The LaTeX of the Unicode sign that a text begins with.
std::optional<UnicodeSign> unicode_sign(std::string_view text);

}  // namespace espalier::latex
