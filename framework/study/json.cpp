#include "json.hpp"

#include <cmath>
#include <iterator>
#include <system_error>

#include "host/json_fault.hpp"
#include "study/files.hpp"

namespace espalier::study {
namespace {

void require_finite(const Json& value) {
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    throw std::invalid_argument("a JSON number must be finite");
  }
  if (value.is_structured()) {
    for (const auto& child : value) require_finite(child);
  }
}

}  // namespace

std::string to_text(const Json& value, bool pretty) {
  require_finite(value);
  return value.dump(pretty ? 2 : -1, ' ', false, Json::error_handler_t::replace);
}

Json parse_json(std::string_view text, std::string_view file, std::size_t line) {
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    throw JsonError(std::string(file) + ":" + host::json_fault(error, text).text(line));
  }
}

Json read_json(const std::filesystem::path& file) { return parse_json(read_file(file), file.string()); }

namespace {

/// Calls `visit` with every line that is not blank, and its number.
void for_each_line(const std::filesystem::path& file,
                   const std::function<void(const std::string&, std::size_t)>& visit) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(file.string() + " cannot be read");
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.find_first_not_of(" \t\r") != std::string::npos) visit(line, number);
  }
}

}  // namespace

std::vector<Json> read_json_lines(const std::filesystem::path& file) {
  std::vector<Json> values;
  for_each_line(file, [&](const std::string& line, std::size_t number) {
    values.push_back(parse_json(line, file.string(), number));
  });
  return values;
}

void read_json_lines(const std::filesystem::path& file, std::string_view what,
                     const std::function<void(const Json&, std::size_t)>& visit) {
  for_each_line(file, [&](const std::string& line, std::size_t number) {
    const Json value = parse_json(line, file.string(), number);
    try {
      visit(value, number);
    } catch (const std::exception& error) {
      throw JsonError(file.string() + ":" + std::to_string(number) + ": " + std::string(what) +
                      host::json_reason(error));
    }
  });
}

void JsonLines::close() {
  out_.close();
  if (!out_) throw std::runtime_error(file_.string() + " cannot be written");
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(file.string() + " cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_json(const std::filesystem::path& file, const Json& value) { write_file(file, to_text(value, true) + "\n"); }

}  // namespace espalier::study
