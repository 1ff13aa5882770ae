#include "records_file.hpp"

#include <algorithm>
#include <array>
#include <espalier/bad_input.hpp>
#include <fstream>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>

#include "host/json_fault.hpp"
#include "stored/csv.hpp"
#include "stored/json_document.hpp"

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
  std::ifstream in(file, std::ios::binary);
  if (!in) throw BadInput(file.string() + " cannot be opened");
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) throw BadInput(file.string() + " cannot be read to its end");
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);  // a byte order mark is no part of the first field
  return text;
}

void read_json_lines(const fs::path& file, std::string_view text, const Visit& visit) {
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::string_view one = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    if (one.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    nlohmann::json fields;
    const Place place{file, line};
    try {
      fields = nlohmann::json::parse(one);
    } catch (const nlohmann::json::exception& error) {
      throw BadInput(file.string() + ":" + host::json_fault(error, one).text(line));
    }
    if (!fields.is_object()) throw BadInput(place.text() + ": is no JSON object");
    visit(Record(std::move(fields), place));
  }
}

void read_blocks(const fs::path& file, std::string_view text, const std::vector<std::string>& names,
                 const Visit& visit) {
  nlohmann::json fields = nlohmann::json::object();
  Place place{file, 1};
  const auto end_block = [&] {
    if (fields.empty()) return;
    if (fields.size() != names.size())
      throw BadInput(place.text() + ": begins a block of " + std::to_string(fields.size()) +
                     " lines where there must be " + std::to_string(names.size()));
    visit(Record(std::exchange(fields, nlohmann::json::object()), place));
  };
  for (std::size_t line = 1; !text.empty(); ++line) {
    std::string_view one = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    one = one.substr(0, one.find_last_not_of(" \t\r") + 1);
    if (one.empty()) {
      end_block();
      continue;
    }
    if (fields.empty()) place.line = line;
    if (fields.size() == names.size())
      throw BadInput(place.text() + ": begins a block of more than " + std::to_string(names.size()) + " lines");
    fields[names[fields.size()]] = one;
  }
  end_block();
}

/// Whether a text may be one document: it opens an array, or an object that the first line does not close.
bool opens_document(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return false;
  if (text[begin] != '{') return text[begin] == '[';
  return !nlohmann::json::accept(text.substr(begin, text.find('\n', begin) - begin));
}

/// One document rather than JSON Lines. What should be lines and is no whole document either has a mistake in its first
/// line, which only the reader of lines can tell.
bool is_document(const fs::path& file, std::string_view text, Format format) {
  const bool lines = format == Format::json_lines || ends_in(file, kJsonLinesEndings);
  return opens_document(text) && (!lines || nlohmann::json::accept(text));
}

void read_file(const fs::path& file, const FileFormat& format, const Visit& visit) {
  const std::string text = whole_text(file);
  if (format.format == Format::csv || (format.format == Format::recognised && ends_in(file, kCsvEndings))) {
    const char separator = file.extension() == ".tsv" ? '\t' : format.separator;
    read_csv(file, text, separator, format.columns, visit);
  } else if (format.format == Format::blocks) {
    read_blocks(file, text, format.columns, visit);
  } else if (format.format == Format::json ||
             (format.format == Format::recognised && is_document(file, text, format.format))) {
    read_json_document(file, text, format.list, visit);
  } else if (is_document(file, text, format.format)) {
    throw BadInput(file.string() + ":1: is one JSON document and no JSON Lines; the dataset type json reads it");
  } else {
    read_json_lines(file, text, visit);
  }
}

}  // namespace

void read_records(const fs::path& path, const FileFormat& format, const Visit& visit) {
  if (!fs::is_directory(path)) return read_file(path, format, visit);
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file() && belongs(entry.path(), format.format)) files.push_back(entry.path());
  }
  if (files.empty()) throw BadInput(path.string() + " is a folder without a file of problems");
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) read_file(file, format, visit);
}

}  // namespace espalier::stored
