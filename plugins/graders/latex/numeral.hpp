#pragma once

#include <string_view>

#include "cursor.hpp"
#include "node.hpp"

namespace espalier::latex {

/// The value of digits with at most one point. Throws Unreadable when they are more than kMostDigits.
Rational decimal(std::string_view digits);

/// What \frac makes of the number that stands at the cursor: its first digit only, or ".5" as a whole.
Rational first_digit(Cursor& cursor);

/// Reads the number at the cursor with what may stand behind it: the repeating part of a decimal (0.1\overline{6}), the
/// proper fraction of a mixed number (2\frac12, 2 1/2). Throws Unreadable for a repeating part without digits and for
/// numbers that are too long.
Node numeral(Cursor& cursor);

}  // namespace espalier::latex
