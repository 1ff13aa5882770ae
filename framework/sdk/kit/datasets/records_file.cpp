#include <algorithm>
#include <array>
#include <espalier/kit/datasets/csv.hpp>
#include <espalier/kit/datasets/records_file.hpp>
#include <span>
#include <string_view>
#include <utility>

#include "base/json.hpp"
#include "base/text_place.hpp"
#include "base/utf8.hpp"

namespace espalier::stored {
namespace {

namespace fs = std::filesystem;
using Visit = std::function<void(const Record&)>;

constexpr std::array<std::string_view, 2> kJsonLinesEndings = {".jsonl", ".ndjson"};
constexpr std::array<std::string_view, 1> kJsonEndings = {".json"};
constexpr std::array<std::string_view, 2> kCsvEndings = {".csv", ".tsv"};
constexpr std::array<std::string_view, 1> kTextEndings = {".txt"};

bool ends_in(const fs::path& file, std::span<const std::string_view> endings) {
  return std::find(endings.begin(), endings.end(), file.extension().string()) != endings.end();
}

bool belongs(const fs::path& file, Format format) {
  const bool lines = ends_in(file, kJsonLinesEndings);
  const bool json = ends_in(file, kJsonEndings);
  const bool csv = ends_in(file, kCsvEndings);
  switch (format) {
    case Format::recognised:
      return lines || json || csv;
    case Format::json_lines:
      return lines;
    case Format::json:
      return json;
    case Format::csv:
      return csv;
    case Format::blocks:
      return ends_in(file, kTextEndings);
  }
  return false;
}

std::string whole_text(const fs::path& file) {
  std::string text = base::read_file(file, kMostFileBytes);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);  // a byte order mark is no part of the first field
  return text;
}

/// Calls `visit` with every line and its number.
template <class Visit>
void for_each_line(std::string_view text, Visit visit) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    visit(line, number);
  }
}

/// Whether a text may be one document: it opens an array, or an object that the first line does not close.
bool opens_document(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return false;
  if (text[begin] != '{') return text[begin] == '[';
  return !base::Json::accept(text.substr(begin, text.find('\n', begin) - begin));
}

/// Reads records, and tells what is none.
class Reader {
 public:
  Reader(const fs::path& file, const FileFormat& format, const Visit& visit, Mistakes& mistakes)
      : file_(file), format_(format), visit_(visit), mistakes_(mistakes) {}

  void read() {
    const std::string text = whole_text(file_);
    const auto has = [&](Format format) { return format_.format == format; };
    if (has(Format::csv) || (has(Format::recognised) && ends_in(file_, kCsvEndings))) {
      const char separator = file_.extension() == ".tsv" ? '\t' : format_.separator;
      read_csv(file_, text, separator, format_.columns, visit_, mistakes_);
    } else if (has(Format::blocks)) {
      read_blocks(text);
    } else if (has(Format::json) || (has(Format::recognised) && is_document(text))) {
      base::for_each_element(
          text, format_.list, file_.string(),
          [&](base::Json&& fields, std::size_t line) {
            record(std::move(fields), {file_, line});
          },
          base::JsonNumbers::as_written);
    } else if (is_document(text)) {
      mistakes_.add(file_.string() + ":1: is one JSON document and no JSON Lines; the dataset type json reads it");
    } else {
      read_json_lines(text);
    }
  }

 private:
  void record(base::Json fields, Place place) {
    if (!fields.is_object()) return mistakes_.add(place.text() + ": is no JSON object");
    visit_(Record(std::move(fields), std::move(place)));
  }

  void read_json_lines(std::string_view text) {
    for_each_line(text, [&](std::string_view line, std::size_t number) {
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
      try {
        record(base::parse_json<base::Json>(line, file_.string(), number, base::JsonNumbers::as_written),
               {file_, number});
      } catch (const base::JsonError& error) {
        mistakes_.add(error.what());
      }
    });
  }

  void read_blocks(std::string_view text) {
    const std::vector<std::string>& names = format_.columns;
    std::vector<std::string_view> block;
    Place place{file_, 1};
    const auto end_block = [&] {
      if (block.empty()) return;
      base::Json fields = base::Json::object();
      for (std::size_t i = 0; i < std::min(names.size(), block.size()); ++i) fields[names[i]] = block[i];
      if (block.size() == names.size()) {
        visit_(Record(std::move(fields), place));
      } else {
        mistakes_.add(place.text() + ": begins a block of " + std::to_string(block.size()) +
                      " lines where there must be " + std::to_string(names.size()));
      }
      block.clear();
    };
    for_each_line(text, [&](std::string_view line, std::size_t number) {
      if (const std::size_t at = base::find_ill_formed(line); at != std::string_view::npos) {
        mistakes_.add(file_.string() + ":" + base::place_of(line, at, number).text() +
                      ": is no UTF-8; convert the file, or take the character out");
        line = "?";  // which is a line of the block all the same
      }
      line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
      if (line.empty()) return end_block();
      if (block.empty()) place.line = number;
      block.push_back(line);
    });
    end_block();
  }

  /// One document rather than JSON Lines. What should be lines and is no whole document either has a mistake in its
  /// first line, which only the reader of lines can tell.
  bool is_document(std::string_view text) const {
    const bool lines = format_.format == Format::json_lines || ends_in(file_, kJsonLinesEndings);
    return opens_document(text) && (!lines || base::Json::accept(text));
  }

  const fs::path& file_;
  const FileFormat& format_;
  const Visit& visit_;
  Mistakes& mistakes_;
};

}  // namespace

void read_records(const fs::path& path, const FileFormat& format, const Visit& visit, Mistakes& mistakes) {
  std::vector<fs::path> files = {path};
  if (fs::is_directory(path)) {
    files.clear();
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file() && belongs(entry.path(), format.format)) files.push_back(entry.path());
    }
    if (files.empty()) mistakes.add(path.string() + " is a folder without a file of problems");
    std::sort(files.begin(), files.end());
  }
  for (const fs::path& file : files) {
    try {
      Reader(file, format, visit, mistakes).read();
    } catch (const base::FileError& error) {
      mistakes.add(error.what());
    } catch (const base::JsonError& error) {
      mistakes.add(error.what());
    }
  }
}

}  // namespace espalier::stored
