#include <algorithm>
#include <espalier/kit/datasets/csv.hpp>
#include <stdexcept>
#include <unordered_set>
#include <utility>

#include "base/text_place.hpp"
#include "base/utf8.hpp"

namespace espalier::stored {
namespace {

/// A row after which it is not known where the next one begins.
class LostRow : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads rows off a text, one after the other.
class RowReader {
 public:
  RowReader(const std::filesystem::path& file, std::string_view text, char separator)
      : file_(file), text_(text), separator_(separator) {}

  /// Reads the next row that is not blank; false at the end. Throws LostRow.
  bool next(std::vector<std::string>& row) {
    do {
      if (at_ == text_.size()) return false;
      row.clear();
      begin_line_ = line_;
      begin_ = at_;
      do row.push_back(field());
      while (skip(separator_));
      end_line();
    } while (row.size() == 1 && row.front().empty());
    return true;
  }

  /// Where the row begins that was read last.
  Place place() const { return {file_, begin_line_}; }
  std::string mistake(const std::string& why) const { return place().text() + ": " + why; }
  /// What is wrong with its characters; empty where nothing is.
  std::string ill_formed() const {
    const std::string_view row = text_.substr(begin_, at_ - begin_);
    const std::size_t at = base::find_ill_formed(row);
    if (at == std::string_view::npos) return "";
    return file_.string() + ":" + base::place_of(row, at, begin_line_).text() +
           ": is no UTF-8; convert the file, or take the character out";
  }

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
      if (quote == std::string_view::npos) throw LostRow(mistake("has a quote that is never closed"));
      value += text_.substr(at_, quote - at_);
      line_ += static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                                   text_.begin() + static_cast<std::ptrdiff_t>(quote), '\n'));
      at_ = quote + 1;
      if (!skip('"')) break;
      value += '"';
    }
    if (!at_line_end() && text_[at_] != separator_) {
      throw LostRow(
          mistake("has text behind the closing quote of a field; a quote inside a quoted field must be doubled"));
    }
    return value;
  }

  const std::filesystem::path& file_;
  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t begin_ = 0;       ///< of the row
  std::size_t begin_line_ = 1;  ///< of the row
};

/// Whether the columns' names are such.
bool right_names(const RowReader& rows, const std::vector<std::string>& names, Mistakes& mistakes) {
  if (auto why = rows.ill_formed(); !why.empty()) {
    mistakes.add(std::move(why));
    return false;
  }
  std::unordered_set<std::string_view> known;
  for (const std::string& name : names) {
    if (known.insert(name).second) continue;
    mistakes.add(rows.mistake("names the column \"" + name + "\" twice"));
    return false;
  }
  return true;
}

void read_rows(RowReader& rows, std::vector<std::string> names, const std::function<void(const Record&)>& visit,
               Mistakes& mistakes) {
  std::vector<std::string> row;
  if (names.empty() && !rows.next(names)) return;
  if (!right_names(rows, names, mistakes)) return;
  while (rows.next(row)) {
    if (auto why = rows.ill_formed(); !why.empty()) {
      mistakes.add(std::move(why));
    } else if (row.size() != names.size()) {
      mistakes.add(rows.mistake("has " + std::to_string(row.size()) + " fields where there are " +
                                std::to_string(names.size()) + " columns"));
    } else {
      base::Json fields = base::Json::object();
      for (std::size_t i = 0; i < row.size(); ++i) fields[names[i]] = std::move(row[i]);
      visit(Record(std::move(fields), rows.place()));
    }
  }
}

}  // namespace

void read_csv(const std::filesystem::path& file, std::string_view text, char separator,
              const std::vector<std::string>& columns, const std::function<void(const Record&)>& visit,
              Mistakes& mistakes) {
  RowReader rows(file, text, separator);
  try {
    read_rows(rows, columns, visit, mistakes);
  } catch (const LostRow& error) {
    mistakes.add(error.what());
  }
}

}  // namespace espalier::stored
