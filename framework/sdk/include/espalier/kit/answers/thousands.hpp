#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace espalier::answers {

/// What may stand between the groups of three digits of a number.
enum class Grouping { none, comma, blank, apostrophe };

struct Separator {
  Grouping grouping = Grouping::none;
  std::size_t bytes = 0;
  bool plain = false;  ///< a lone comma or a lone space, which separate the items of lists as well
};

/// The bytes of the blank that a text begins with: a space, a tab, one of Unicode's, an invisible one; 0: none.
/// Line ends are none.
std::size_t blank_at(std::string_view text);

/// The separator of thousands that a text begins with, which follows a digit:
///
///     comma       1,234   1{,}234   1,\!234   1,\ 234   1\mathord{,}234
///     blank       1 234   1~234   1\,234   1\;234   1\ 234   1\thinspace 234   1{\,}234   Unicode's blanks
///     apostrophe  1'234   1’234
///
/// Another sign is a row of kBlanks or kSigns in thousands.cpp. Whether three digits follow is for the caller to see.
Separator separator_at(std::string_view text);

/// A text whose numbers have no separators of thousands: "12,000 m" is "12000 m".
std::string without_separators(std::string_view text);

}  // namespace espalier::answers
