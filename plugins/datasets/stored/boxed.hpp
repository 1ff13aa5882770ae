#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace espalier::stored {

/// Returns what the last \boxed or \fbox of a published LaTeX solution holds, its braces matched, trimmed; nothing when
/// there is none that is closed. A box without braces, as in "$\boxed 5$", holds what follows up to the end of the
/// formula.
std::optional<std::string> last_boxed(std::string_view solution);

}  // namespace espalier::stored
