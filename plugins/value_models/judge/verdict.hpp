#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::judge {

/// Words by which a judge finds something right or wrong. What is read of a reply ignores the case of ASCII letters.
struct Words {
  std::vector<std::string> yes, no;
};

/// Which of the two a reply says with the last of the words in it: true for `yes`. Words count where no letter or digit
/// goes on with them; of words that end at one place the longest, so that "not right" may stand beside "right". Nothing
/// where the reply has none.
std::optional<bool> last_word(std::string_view reply, const Words& words);

/// Which of the two a reply is, white space around it aside: a word or, as a single token may be, the beginning of
/// words of one of the two. Nothing where it is neither.
std::optional<bool> whole_word(std::string_view reply, const Words& words);

/// The last number of a reply, as 7 in "7", "7/10" and "7 out of 10" where `highest` is 10; 85% is 85 where the scale
/// has it, else 0.85. Nothing where there is no number or it lies outside [lowest, highest].
std::optional<double> rating(std::string_view reply, double lowest, double highest);

}  // namespace espalier::judge
