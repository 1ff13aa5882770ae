#pragma once

#include <optional>
#include <string_view>

namespace espalier::latex {

/// Whether a run of at least two letters is a word rather than a product of variables: four letters or more, a
/// capital followed by small letters, a unit, or a short word of everyday English.
bool is_word(std::string_view run);

/// Whether a word in lower case that stands behind a number makes it a date or a time: "pm", "a.m.", "june".
bool tells_time(std::string_view word);

/// The one spelling of a unit ("centimeters" is "cm"), or nothing when the word is no unit that is known.
std::optional<std::string_view> unit_name(std::string_view word);

}  // namespace espalier::latex
