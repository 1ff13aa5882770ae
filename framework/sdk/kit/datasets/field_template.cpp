#include <espalier/kit/datasets/field_template.hpp>
#include <stdexcept>

namespace espalier::stored {

FieldTemplate::FieldTemplate(std::string_view spelling) {
  if (spelling.empty()) throw std::invalid_argument("names no field");
  if (spelling.find_first_of("{}") == std::string_view::npos) {
    parts_.push_back({std::string(spelling), true});
    return;
  }
  std::string text;
  for (std::size_t at = 0; at < spelling.size(); ++at) {
    const char c = spelling[at];
    if ((c == '{' || c == '}') && at + 1 < spelling.size() && spelling[at + 1] == c) {
      text += c;
      ++at;
    } else if (c == '{') {
      const std::size_t end = spelling.find('}', at);
      if (end == std::string_view::npos || end == at + 1)
        throw std::invalid_argument("has a \"{\" that closes around no field name");
      if (!text.empty()) parts_.push_back({std::move(text), false});
      text.clear();
      parts_.push_back({std::string(spelling.substr(at + 1, end - at - 1)), true});
      at = end;
    } else if (c == '}') {
      throw std::invalid_argument("has a \"}\" without a \"{\" before it");
    } else {
      text += c;
    }
  }
  if (!text.empty()) parts_.push_back({std::move(text), false});
}

std::string FieldTemplate::fill(const Record& record) const {
  std::string filled;
  for (const Part& part : parts_) filled += part.field ? record.text(part.text) : part.text;
  return filled;
}

std::optional<std::string> behind_marker(std::string_view text, std::string_view marker) {
  const std::size_t at = text.rfind(marker);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + marker.size());
  text = text.substr(0, text.find('\n'));
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return std::string();
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin));
}

}  // namespace espalier::stored
