#pragma once

#include <string_view>

namespace espalier::answers {

/// What a text states up to where something is said of it: reasons ("... because", "... since") and asides ("58, which
/// is 4 more than 54", "58 (which ...)"). kAsides of wordings.hpp has their beginnings.
std::string_view without_aside(std::string_view part);

/// A line up to where its last sentence compares the number that it has given:
///
///     58 stamps, which is 4 more than 54.   58 stamps. That is 4 more than 54.   58 stamps (54 + 4).
///
/// All of it where no number stands before, or the aside gives one itself: "54 and 4, which is 58."
std::string_view without_comparison(std::string_view line);

}  // namespace espalier::answers
