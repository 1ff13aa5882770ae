#pragma once

#include <cctype>
#include <string>
#include <string_view>

namespace espalier::study {

/// The text with every run of white space as one space, none at its ends.
inline std::string single_spaced(std::string_view text) {
  std::string plain;
  bool gap = false;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c))) {
      gap = !plain.empty();
      continue;
    }
    if (gap) plain += ' ';
    gap = false;
    plain += c;
  }
  return plain;
}

}  // namespace espalier::study
