#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace espalier::stored {

/// Returns what the last \boxed or \fbox of a published LaTeX solution holds that is not empty, its braces matched,
/// trimmed; nothing when there is none. A box without braces, as in "$\boxed 5$", holds what follows up to the end of
/// the formula. Throws std::invalid_argument when the text ends inside of that box: an earlier one is no answer.
std::optional<std::string> last_boxed(std::string_view solution);

}  // namespace espalier::stored
