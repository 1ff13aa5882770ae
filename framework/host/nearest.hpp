#pragma once

#include <span>
#include <string>
#include <string_view>

namespace espalier::host {

/// The name most like `word` (case-insensitive edit distance with swaps of neighbours), or "" when none is near enough
/// to be what was meant.
std::string nearest(std::string_view word, std::span<const std::string> names);
/// "; did you mean NAME?" for the nearest name, or "".
std::string did_you_mean(std::string_view word, std::span<const std::string> names);
/// "a, b, c", or "none".
std::string enumerate(std::span<const std::string> names);

}  // namespace espalier::host
