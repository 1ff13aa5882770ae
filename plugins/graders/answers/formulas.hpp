#pragma once

#include <string_view>

namespace espalier::answers {

/// The inside of the first or last formula of a text: between $ or $$, \( and \), \[ and \]; trimmed, empty where there
/// is none. A dollar sign behind a backslash is a currency.
std::string_view first_formula(std::string_view text);
std::string_view last_formula(std::string_view text);

/// A text up to the full stop that ends its first sentence, without that.
std::string_view first_sentence(std::string_view text);

}  // namespace espalier::answers
