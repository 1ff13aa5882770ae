#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace espalier::answers {

/// A part of a text that says it is the answer.
struct Marked {
  std::string text;       ///< what follows the mark, or stands inside it; trimmed, never empty
  std::string_view rule;  ///< "boxed", "answer tag", "hash mark" or "final-answer phrase"
};

/// Finds where a text marks its answer, the most reliable mark first: the last `\boxed{...}` with matching braces, with
/// those before it that are items of one list ("\boxed{2} and \boxed{3}" is "2, 3", see lists.hpp); the last
/// `<answer>...</answer>` (also final_answer, choice); the last `#### ...`; then the last phrase such as "The final
/// answer is ..." or "Answer: ..." (to the end of its line, or the next line when nothing follows the colon). Boxes and
/// phrases that are denied are passed over ("is not 3", "the wrong answer is 3", "I don't think the answer is 3", "3 is
/// wrong"), but for what they are corrected to ("is not 3 but 4"). Linear in the length of the text.
std::vector<Marked> marked_answers(std::string_view text);

/// What a marked part states: its first sentence, without asides (see asides.hpp).
std::string_view statement(std::string_view part);

/// Removes spaces and line ends on both sides.
std::string_view trimmed(std::string_view text);

}  // namespace espalier::answers
