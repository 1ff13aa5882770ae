#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "study/json.hpp"

namespace espalier::study {

struct TreeStyle {
  int width = 100;            ///< columns
  int lines_per_message = 3;  ///< longer messages are cut; 0: never
};

/// Draws a record's search tree as text: the problem, then every message below the one it answers to, with the agent,
/// what the search knows of it (visits, value, what value models said, log-probability) and the chosen path marked by
/// `*`. Printable. Throws JsonError or an exception of the JSON library for what is no record.
std::string draw_tree(const Json& record, const TreeStyle& style);

/// Breaks a text into lines of at most `width` columns, between words where it can; blanks and tabs become one blank.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

}  // namespace espalier::study
