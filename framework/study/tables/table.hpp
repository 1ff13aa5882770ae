#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace espalier::study {

/// A table for terminals: columns as wide as their widest cell, two spaces between, a rule under the header. Cells are
/// lines: what else they hold is shown (printable_line).
class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::right;
  };

  explicit Table(std::vector<Column> columns);

  /// Adds a row; missing cells are empty. Throws std::invalid_argument on more cells than columns.
  void add(std::vector<std::string> cells);
  /// The table as lines, each ended by a newline and without trailing spaces.
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Number of columns a UTF-8 text takes on a terminal, one per code point.
std::size_t display_width(std::string_view text);
/// The longest prefix that takes at most `width` columns, ended by "..." where something was cut.
std::string shortened(std::string_view text, std::size_t width);

/// "43.5" for 0.4351.
std::string percent(double share);
/// "12", "3.4", "1234", "56.7k", "8900k", "12.3M".
std::string compact(double number);
/// "0.0312", "<0.0001".
std::string p_value(double p);
/// "4.2 s", "3 min 20 s", "2 h 5 min".
std::string duration(double seconds);

}  // namespace espalier::study
