#pragma once

#include <espalier/kit/datasets/record.hpp>
#include <espalier/kit/text_template.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace espalier::stored {

/// How a text is put together from the fields of a record: a template such as "{Body} {Question}", or, without braces,
/// just the name of one field.
class FieldTemplate {
 public:
  /// Throws std::invalid_argument with what `fault` says.
  explicit FieldTemplate(std::string_view spelling);

  /// What is wrong with a spelling, as TextTemplate::fault says it; nothing where all is right.
  static std::optional<std::string> fault(std::string_view spelling);

  /// Fills the fields in. Throws std::invalid_argument as Record::text does.
  std::string fill(const Record& record) const;

 private:
  TextTemplate text_;
};

}  // namespace espalier::stored
