#pragma once

#include <string>
#include <string_view>

namespace espalier::answers {

/// The inside of the first formula of a text: between $ or $$, \( and \), \[ and \]; trimmed, empty where there is
/// none. A dollar sign behind a backslash is a currency.
std::string_view first_formula(std::string_view text);

/// The inside of the last formula of a text that is neither denied ("$3$ is wrong") nor part of a comparison (see
/// asides.hpp), with those that are items of one list with it: "2, 3" of "$2$ and $3$".
std::string last_formula(std::string_view text);

/// What is left of a text without its formulas, in whose places are blanks.
std::string outside_formulas(std::string_view text);

/// A text up to the full stop that ends its first sentence, without that.
std::string_view first_sentence(std::string_view text);

}  // namespace espalier::answers
