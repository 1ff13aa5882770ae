#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace espalier::base {

/// A place in a text.
struct TextPlace {
  std::size_t line = 1;    ///< from 1
  std::size_t column = 1;  ///< in characters, from 1

  /// "LINE:COLUMN".
  std::string text() const;
};

/// The place of the byte at `offset` in `text`, whose first line is `line`.
TextPlace place_of(std::string_view text, std::size_t offset, std::size_t line = 1);

}  // namespace espalier::base
