#pragma once

#include <optional>
#include <string_view>

namespace espalier::answers {

/// The letter of an option, 'A' to 'Z', where a part of a text begins by naming exactly one.
///
///     named    := {opening} ["option" | "choice" | "letter"] {opening} letter boundary
///     opening  := blank, quote, "*", "_", "$", "(", "[", "{", "\(", "\text{" and its kin
///     boundary := the end, or a sign that closes or ends: ) ] } * : , ; . ! ? quote, or a blank
///
/// A small letter counts only in brackets, with ")" behind it, or alone. "A" and "I" before a word are an article and a
/// pronoun, unless the word is one that gives reasons ("A because"). Not named are letters that go on ("A's", "B-flat",
/// "B.C.") and more than one ("A or B", "A, C").
std::optional<char> leading_letter(std::string_view part);

/// The letter that a text names in its last "option C", "choice (b)"; those behind "not" are passed over.
std::optional<char> named_option(std::string_view text);

/// The letter in the last **B**, **(B)** or **B) ...** of a text.
std::optional<char> bold_letter(std::string_view text);

/// The letter in parentheses, "(B)", of the last line that has any; nothing when that line has different ones.
std::optional<char> bracketed_letter(std::string_view text);

/// The capital that ends a text behind a word that concludes: "..., so B.", "I pick C".
std::optional<char> closing_letter(std::string_view text);

}  // namespace espalier::answers
