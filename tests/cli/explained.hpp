#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cli/program.hpp"
#include "study/tables/legend.hpp"

// Whether `espalier describe columns` explains what was printed and written.

namespace espalier::tests {

inline const study::Legend& legend_called(std::string_view title) {
  for (const study::Legend* legend : study::legends()) {
    if (legend->title.starts_with(title)) return *legend;
  }
  FAIL("no legend is called " << title);
  throw std::logic_error("not reached");
}

/// Checks that every key of an object, and of those in it, is explained.
inline void check_explained(const study::Legend& legend, const study::Json& object, const std::string& where) {
  for (const auto& [key, value] : object.items()) {
    const auto* term = legend.find(key);
    CHECK_MESSAGE(term != nullptr, where << key << " is not explained");
    if (term == nullptr || term->parts == nullptr || value.is_null()) continue;
    const bool one = value.is_object() && !term->by_name;
    for (const auto& part : one ? study::Json::array({value}) : value)
      check_explained(*term->parts, part, where + key + ".");
  }
}

/// The lines above rules.
inline std::vector<std::string> headers(const std::string& printed) {
  std::vector<std::string> found;
  std::istringstream lines(printed);
  for (std::string before, line; std::getline(lines, line); before = line) {
    if (line.size() > 8 && line.find_first_not_of('-') == std::string::npos) found.push_back(before);
  }
  return found;
}

/// The titles in the header of a table: two blanks or more are between them.
inline std::vector<std::string> titles(const std::string& header) {
  std::vector<std::string> found;
  for (std::size_t at = 0; (at = header.find_first_not_of(' ', at)) != std::string::npos;) {
    const std::size_t end = std::min(header.find("  ", at), header.size());
    found.push_back(header.substr(at, end - at));
    at = end;
  }
  return found;
}

/// Checks that every title that is printed is on a page of `describe columns`; `from_data`: what those that come from
/// data are called there.
inline void check_titles(const Workplace& here, const std::string& printed, std::size_t tables,
                         const std::map<std::string, std::string>& from_data = {}) {
  const std::string page = here.espalier({"describe", "columns"}).out;
  CHECK(headers(printed).size() == tables);
  for (const auto& header : headers(printed)) {
    for (const auto& title : titles(header)) {
      const auto known = from_data.find(title);
      const std::string& name = known == from_data.end() ? title : known->second;
      CHECK_MESSAGE(contains(page, "\n  " + name + "  ("), title);
    }
  }
}

}  // namespace espalier::tests
