#pragma once

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/json_value.hpp"

namespace espalier::study {

/// JSON with keys in the order they were written. All reading and writing goes through the functions below, because the
/// library itself throws on invalid UTF-8, which language models do produce.
using Json = base::OrderedJson;

using base::JsonError;
using base::member;

/// Spells `value` as one line (or indented by two spaces when `pretty`). Doubles are read back bit-equal; invalid UTF-8
/// becomes U+FFFD. Throws std::invalid_argument on a NaN or infinite number: JSON has neither.
std::string to_text(const Json& value, bool pretty = false);

/// Reads one JSON value; throws JsonError "FILE:LINE:COLUMN: is no JSON: ...", where `line` is the text's first in its
/// file.
Json parse_json(std::string_view text, std::string_view file, std::size_t line = 1);
/// Reads a file of one value; throws base::FileError and JsonError.
Json read_json(const std::filesystem::path& file);
/// Reads a file of one JSON value per line; empty lines are skipped. Throws base::FileError and JsonError.
std::vector<Json> read_json_lines(const std::filesystem::path& file);
/// Calls `read`; what that throws becomes a JsonError: "FILE:LINE: ", `what`, and the rest.
void read_line(std::string_view file, std::size_t line, std::string_view what, const std::function<void()>& read);
/// Hands them to `visit` one by one, with their line numbers, as read_line does.
void read_json_lines(const std::filesystem::path& file, std::string_view what,
                     const std::function<void(const Json&, std::size_t line)>& visit);

using base::read_file;
/// Writes one value, indented, and a newline, as write_file does.
void write_json(const std::filesystem::path& file, const Json& value);

}  // namespace espalier::study
