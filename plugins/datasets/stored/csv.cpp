#include "csv.hpp"

#include <algorithm>
#include <espalier/bad_input.hpp>
#include <utility>

namespace espalier::stored {
namespace {

/// Reads rows off a text, one after the other.
class RowReader {
 public:
  RowReader(const std::filesystem::path& file, std::string_view text, char separator)
      : file_(file), text_(text), separator_(separator) {}

  /// Reads the next row that is not blank; false at the end.
  bool next(std::vector<std::string>& row) {
    do {
      if (at_ == text_.size()) return false;
      row.clear();
      begin_ = line_;
      do row.push_back(field());
      while (skip(separator_));
      end_line();
    } while (row.size() == 1 && row.front().empty());
    return true;
  }

  /// Where the row begins that was read last.
  Place place() const { return {file_, begin_}; }
  [[noreturn]] void fail(const std::string& why) const { throw BadInput(place().text() + ": " + why); }

 private:
  bool at_line_end() const { return at_ == text_.size() || text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n"; }
  bool skip(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void end_line() {
    skip('\r');
    if (skip('\n')) ++line_;
  }

  std::string field() {
    if (skip('"')) return quoted();
    const std::size_t begin = at_;
    while (!at_line_end() && text_[at_] != separator_) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string quoted() {
    std::string value;
    for (;;) {
      const std::size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) fail("has a quote that is never closed");
      value += text_.substr(at_, quote - at_);
      line_ += static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                                   text_.begin() + static_cast<std::ptrdiff_t>(quote), '\n'));
      at_ = quote + 1;
      if (!skip('"')) break;
      value += '"';
    }
    if (!at_line_end() && text_[at_] != separator_) {
      fail("has text behind the closing quote of a field; a quote inside a quoted field must be doubled");
    }
    return value;
  }

  const std::filesystem::path& file_;
  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t begin_ = 1;
};

}  // namespace

void read_csv(const std::filesystem::path& file, std::string_view text, char separator,
              const std::vector<std::string>& columns, const std::function<void(const Record&)>& visit) {
  RowReader rows(file, text, separator);
  std::vector<std::string> names = columns;
  std::vector<std::string> row;
  if (names.empty() && !rows.next(names)) return;
  for (auto name = names.begin(); name != names.end(); ++name) {
    if (std::find(names.begin(), name, *name) != name) rows.fail("names the column \"" + *name + "\" twice");
  }
  while (rows.next(row)) {
    if (row.size() != names.size()) {
      rows.fail("has " + std::to_string(row.size()) + " fields where there are " + std::to_string(names.size()) +
                " columns");
    }
    nlohmann::json fields = nlohmann::json::object();
    for (std::size_t i = 0; i < row.size(); ++i) fields[names[i]] = std::move(row[i]);
    visit(Record(std::move(fields), rows.place()));
  }
}

}  // namespace espalier::stored
