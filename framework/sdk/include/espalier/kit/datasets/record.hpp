#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace espalier::stored {

/// Where a record begins.
struct Place {
  std::filesystem::path file;
  std::size_t line = 1;

  /// "FILE:LINE".
  std::string text() const;
};

/// One record of a file of problems: named fields, whatever the format they were read from. What is not there, or is
/// not what was asked for, throws std::invalid_argument naming the field: the end of a sentence that begins with the
/// record's place.
class Record {
 public:
  /// `fields` must be a JSON object, else std::invalid_argument is thrown.
  Record(base::Json fields, Place place);

  const Place& place() const { return place_; }
  /// Whether there is such a field; null counts as none.
  bool has(std::string_view name) const;
  /// A text as it stands; a number or boolean as JSON spells it.
  std::string text(std::string_view name) const;
  /// The elements of a list, each as `text` would give it; a text or number alone is a list of one.
  std::vector<std::string> texts(std::string_view name) const;

 private:
  const base::Json& field(std::string_view name) const;

  base::Json fields_;
  Place place_;
};

/// An id that depends on nothing but a text, so that a problem keeps it, and with it all its random draws, in whatever
/// file and place it stands: "q-" and 12 hexadecimal digits.
std::string content_id(std::string_view text);

}  // namespace espalier::stored
