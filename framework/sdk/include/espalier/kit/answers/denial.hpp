#pragma once

#include <cstddef>
#include <string_view>

namespace espalier::answers {

/// Whether a byte may be one of a word: letters, apostrophes (the curly one is three bytes), letters beyond ASCII.
bool in_word(char c);

/// Whether a word takes back what follows it: "not", "never", "cannot", "neither", "nor", "than"; or leaves it open:
/// "could", "might", "may". Contractions are words that end in "n't"; any case.
bool denies(std::string_view word);

/// Whether any word of a text denies, or finds fault: "wrong", "incorrect", "false".
bool takes_back(std::string_view text);

/// Whether the words around bytes [begin, end) of a text deny what stands there: "is not 12", "can't be 12", "less than
/// 12", "the wrong answer is 12"; "12 is wrong", "12 isn't the answer". Looks at a few words only.
bool denied(std::string_view text, std::size_t begin, std::size_t end);

}  // namespace espalier::answers
