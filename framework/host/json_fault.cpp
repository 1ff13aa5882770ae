#include "host/json_fault.hpp"

#include <algorithm>

namespace espalier::host {
namespace {

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }

/// What follows the first `mark`; all where there is none.
std::string_view behind(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  return at == std::string_view::npos ? text : text.substr(at + mark.size());
}

}  // namespace

std::string JsonFault::text(std::size_t first) const {
  return std::to_string(first + line - 1) + ":" + std::to_string(column) + ": is no JSON: " + reason;
}

std::string json_reason(const std::exception& error) {
  const std::string_view text = error.what();
  return std::string(text.starts_with("[json.exception.") ? behind(text, "] ") : text);
}

JsonFault json_fault(const nlohmann::json::exception& error, std::string_view text) {
  JsonFault fault{.reason = json_reason(error)};
  const auto* parsing = dynamic_cast<const nlohmann::json::parse_error*>(&error);
  if (parsing == nullptr) return fault;
  if (fault.reason.starts_with("parse error at ")) fault.reason = behind(fault.reason, ": ");
  // The byte it stopped at counts from 1, and lies behind the text where that ends too early.
  const std::string_view before = text.substr(0, parsing->byte - std::min<std::size_t>(parsing->byte, 1));
  fault.line += static_cast<std::size_t>(std::ranges::count(before, '\n'));
  const std::string_view line = before.substr(before.rfind('\n') + 1);
  fault.column += static_cast<std::size_t>(std::ranges::count_if(line, begins_character));
  return fault;
}

}  // namespace espalier::host
