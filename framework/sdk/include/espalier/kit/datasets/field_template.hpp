#pragma once

#include <espalier/kit/datasets/record.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::stored {

/// How a text is put together from the fields of a record: "{Body} {Question}", or just the name of one field. "{{" and
/// "}}" are braces.
class FieldTemplate {
 public:
  /// Throws std::invalid_argument on an unclosed brace or an empty name.
  explicit FieldTemplate(std::string_view spelling);

  /// Fills the fields in. Throws std::invalid_argument as Record::text does.
  std::string fill(const Record& record) const;

 private:
  struct Part {
    std::string text;
    bool field;
  };
  std::vector<Part> parts_;
};

/// Returns what follows the last `marker` in `text`, to the end of its line, trimmed; nothing when there is no marker.
std::optional<std::string> behind_marker(std::string_view text, std::string_view marker);

}  // namespace espalier::stored
