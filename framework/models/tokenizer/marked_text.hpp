#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace espalier::models {

/// A text, well-formed UTF-8, of which every byte has a mark: whether it may be a part of a control token's spelling.
struct MarkedText {
  std::string text;
  std::string marks;  ///< one per byte: 1 may, 0 may not

  void append(std::string_view part, bool mark) {
    text += part;
    marks.append(part.size(), mark ? '\1' : '\0');
  }
  /// Appends bytes [begin, end) of another text with their marks.
  void append(const MarkedText& other, std::size_t begin, std::size_t end) {
    text.append(other.text, begin, end - begin);
    marks.append(other.marks, begin, end - begin);
  }
  /// Whether all of [begin, end) may be a part of a control token.
  bool marked(std::size_t begin, std::size_t end) const {
    return std::all_of(marks.begin() + static_cast<std::ptrdiff_t>(begin),
                       marks.begin() + static_cast<std::ptrdiff_t>(end), [](char mark) { return mark != '\0'; });
  }
};

}  // namespace espalier::models
