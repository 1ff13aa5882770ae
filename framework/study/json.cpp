#include "study/json.hpp"

#include <cmath>
#include <system_error>

#include "base/line_reader.hpp"
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
  return base::parse_json<Json>(text, file, line);
}

Json read_json(const std::filesystem::path& file) { return base::read_json<Json>(file); }

namespace {

/// Calls `visit` with every line that is not blank, and its number.
void for_each_line(const std::filesystem::path& path, const std::function<void(std::string_view, std::size_t)>& visit) {
  const base::RegularFile file(path);
  base::LineReader lines(file.descriptor());
  std::size_t number = 0;
  try {
    while (const auto line = lines.next()) {
      ++number;
      if (line->find_first_not_of(" \t\r") != std::string_view::npos) visit(*line, number);
    }
  } catch (const base::LineTooLong& error) {
    throw JsonError(path.string() + ":" + std::to_string(number + 1) + ": " + error.what());
  }
}

}  // namespace

std::vector<Json> read_json_lines(const std::filesystem::path& file) {
  std::vector<Json> values;
  for_each_line(file, [&](std::string_view line, std::size_t number) {
    values.push_back(parse_json(line, file.string(), number));
  });
  return values;
}

void read_line(std::string_view file, std::size_t line, std::string_view what, const std::function<void()>& read) {
  try {
    read();
  } catch (const std::exception& error) {
    throw JsonError(std::string(file) + ":" + std::to_string(line) + ": " + std::string(what) +
                    base::json_reason(error));
  }
}

void read_json_lines(const std::filesystem::path& file, std::string_view what,
                     const std::function<void(const Json&, std::size_t)>& visit) {
  for_each_line(file, [&](std::string_view line, std::size_t number) {
    const Json value = parse_json(line, file.string(), number);
    read_line(file.string(), number, what, [&] { visit(value, number); });
  });
}

void write_json(const std::filesystem::path& file, const Json& value) { write_file(file, to_text(value, true) + "\n"); }

}  // namespace espalier::study
