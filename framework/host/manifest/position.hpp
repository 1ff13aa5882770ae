#pragma once

#include <compare>
#include <string>

namespace espalier::host {

/// Where something was written.
struct Position {
  std::string file;  ///< as a path that can be opened, or "command line"; empty: nowhere (a default)
  int line = 0;      ///< from 1
  int column = 0;    ///< from 1

  bool known() const { return !file.empty(); }
  /// "file:line:column".
  std::string text() const;

  auto operator<=>(const Position&) const = default;
};

}  // namespace espalier::host
