#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::answers {

/// A part of a text that is marked, such as a box or a formula.
struct MarkedPart {
  std::string_view inside;
  std::size_t begin = 0;  ///< of the mark
  std::size_t end = 0;    ///< behind the mark
};

/// What the text between two marked parts makes of them: nothing, or items of one list.
///
///     comma   := "," | ";"
///     word    := [","] ("and" | "or" | "&")
///     phrase  := word among a few others: "and the larger root is", "is the least and"
///
/// All of them may be followed by a name, "x =", and dressed in what formulas and emphasis are made of: spaces, $, *,
/// \( \), \text{. Words that lead on ("so", "hence", "gives", ...) make no phrase: kConclusions and kSteps of
/// wordings.hpp have them.
enum class Joint { none, comma, word, phrase };
Joint joint(std::string_view gap);

/// Whether a joint makes items of one list in running text, where commas alone may separate anything: the last one must
/// say "and" or "or", those before may be commas.
constexpr bool item_of_sentence(Joint joint, bool last) {
  return joint == Joint::word || (joint == Joint::comma && !last);
}

/// The last of the parts of a text, with those before it that are items of one list with it: "2, 6, 11". Where names
/// stand before them, "x = 2, y = 6"; where brackets stand around them, "(2, 6)". Parts are in order; `wanted` says
/// which joints make a list, nearest to the end first. Parts that are all the same are one. Empty without parts.
std::string last_list(std::string_view text, const std::vector<MarkedPart>& parts, bool (*wanted)(Joint, bool last));

}  // namespace espalier::answers
