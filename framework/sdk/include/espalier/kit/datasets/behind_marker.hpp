#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace espalier::stored {

/// Returns what follows the last `marker` in `text`, to the end of its line, trimmed; nothing when there is no marker.
std::optional<std::string> behind_marker(std::string_view text, std::string_view marker);

}  // namespace espalier::stored
