#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace espalier::answers {

/// The word that a text has at a place: letters, and apostrophes between letters ("isn't"). Empty where none begins.
std::string_view word_at(std::string_view text, std::size_t at);

/// A word in small letters and with plain apostrophes; empty where it is longer than any word of these grammars.
std::string folded(std::string_view word);

/// Whether a letter, a capital, stands alone at a place: neither part of a word or number nor with an apostrophe.
bool lone_letter_at(std::string_view text, std::size_t at);

/// The parts of a text that say what is not, or not surely, or something other than what is chosen:
///
///     clause   := what stands between these: the text's ends; line ends; , ; : . ! ? before a blank or an end; a dash
///                 between blanks; a bracket, unless it encloses a single letter; the sign that closes a label ("B)");
///                 and, before the word, one that joins clauses: "and", "but", "so", "because", ...
///     denied   := a clause with "not", "...n't", "cannot", "wrong", "could", "if", ... (kDenials) or a "?" at its end
///     compared := the part of a clause behind "than", "over", "instead", ... (kComparisons)
///
/// A letter alone behind a colon ("Wrong: C") stays in its clause. Linear in the length of the text.
class Denials {
 public:
  explicit Denials(std::string_view text);

  /// Whether what stands at a place is denied or compared.
  bool cover(std::size_t at) const;

 private:
  std::vector<std::pair<std::size_t, std::size_t>> spans_;  ///< in order, none empty, each from and to
};

}  // namespace espalier::answers
