#include <charconv>
#include <cmath>
#include <espalier/param_source.hpp>

namespace espalier {
namespace {

template <class T>
std::string list(const std::vector<T>& values) {
  std::string text = "[";
  for (const auto& value : values) {
    if (text.size() > 1) text += ", ";
    text += spell(value);
  }
  return text + "]";
}

}  // namespace

std::string quote(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      quoted += "\\u00";
      quoted += digits[byte >> 4];
      quoted += digits[byte & 15];
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string spell(bool value) { return value ? "true" : "false"; }

std::string spell(std::int64_t value) { return std::to_string(value); }

std::string spell(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  std::string text(buffer, end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string spell(const std::string& value) { return quote(value); }
std::string spell(const std::vector<std::string>& values) { return list(values); }
std::string spell(const std::vector<int>& values) { return list(values); }
std::string spell(const std::vector<double>& values) { return list(values); }

}  // namespace espalier
