#include "study/tables/table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "host/printable.hpp"

namespace espalier::study {
namespace {

template <class... Args>
std::string print(const char* format, Args... args) {
  std::array<char, 64> buffer;
  const int length = std::snprintf(buffer.data(), buffer.size(), format, args...);
  return {buffer.data(), static_cast<std::size_t>(length)};
}

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

std::string joined(const std::vector<std::string>& cells, const std::vector<Table::Column>& columns,
                   const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string_view cell = i < cells.size() ? std::string_view(cells[i]) : std::string_view();
    const std::string padding(widths[i] - display_width(cell), ' ');
    if (i > 0) line += "  ";
    line += columns[i].align == Table::Align::right ? padding : "";
    line += cell;
    line += columns[i].align == Table::Align::left ? padding : "";
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {
  for (Column& column : columns_) column.title = host::printable_line(column.title);
}

void Table::add(std::vector<std::string> cells) {
  if (cells.size() > columns_.size()) throw std::invalid_argument("a table row has more cells than the table columns");
  for (std::string& cell : cells) cell = host::printable_line(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    titles.push_back(columns_[i].title);
    std::size_t width = display_width(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, i < row.size() ? display_width(row[i]) : 0);
    widths.push_back(width);
  }
  std::size_t total = columns_.empty() ? 0 : 2 * (columns_.size() - 1);
  for (const std::size_t width : widths) total += width;
  std::string text = joined(titles, columns_, widths) + std::string(total, '-') + "\n";
  for (const auto& row : rows_) text += joined(row, columns_, widths);
  return text;
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) { return !continues(byte); }));
}

std::string shortened(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  const std::size_t kept = width > 3 ? width - 3 : 0;
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    if (!continues(text[end]) && ++seen > kept) break;
  }
  return std::string(text.substr(0, end)) + std::string(std::min<std::size_t>(width, 3), '.');
}

std::string percent(double share) { return print("%.1f", 100.0 * share); }

std::string compact(double number) {
  static constexpr std::array units = {"", "k", "M", "G", "T", "P", "E"};
  std::size_t unit = 0;
  while (std::abs(number) >= 9999.5 && unit + 1 < units.size()) {
    number /= 1000.0;
    ++unit;
  }
  const bool whole = std::abs(number) >= 999.5 || (unit == 0 && number == std::round(number));
  return print(whole ? "%.0f" : "%.1f", number) + units[unit];
}

std::string p_value(double p) { return p < 0.0001 ? "<0.0001" : print("%.4f", p); }

std::string duration(double seconds) {
  if (seconds < 59.95) return print("%.1f s", seconds);
  const auto whole = static_cast<long>(std::round(seconds));
  if (whole < 3600) return print("%ld min %ld s", whole / 60, whole % 60);
  return print("%ld h %ld min", whole / 3600, whole % 3600 / 60);
}

}  // namespace espalier::study
