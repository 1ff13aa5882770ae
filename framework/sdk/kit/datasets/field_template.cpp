#include <espalier/kit/datasets/field_template.hpp>

namespace espalier::stored {
namespace {

std::string as_template(std::string_view spelling) {
  const bool name = spelling.find_first_of("{}") == std::string_view::npos;
  return name ? "{" + std::string(spelling) + "}" : std::string(spelling);
}

}  // namespace

FieldTemplate::FieldTemplate(std::string_view spelling) : text_(as_template(spelling)) {}

std::optional<std::string> FieldTemplate::fault(std::string_view spelling) {
  if (spelling.empty()) return "names no field";
  return TextTemplate::fault(as_template(spelling));
}

std::string FieldTemplate::fill(const Record& record) const {
  return text_.fill([&](const std::string& name) { return record.text(name); });
}

}  // namespace espalier::stored
