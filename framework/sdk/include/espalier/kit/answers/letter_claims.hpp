#pragma once

#include <cstddef>
#include <espalier/kit/answers/letter_forms.hpp>
#include <string_view>

// What the words around a letter say of it, for the rules of letters.hpp.

namespace espalier::answers {

/// What the words and signs before a letter say of it.
enum class Lead { kNone, kLabels, kConcludes, kChooses };

/// What a sign makes of what the words before it said.
Lead behind_sign(std::string_view text, std::size_t at, Lead lead);

/// What a word makes of it.
Lead behind_word(std::string_view word, Lead lead, bool behind_denial);

/// Whether the text, which follows a letter, calls it the answer: "is correct", "seems to be the right answer".
bool called_correct(std::string_view rest);

/// What may stand before a letter that is called correct, in its clause.
bool introduces(std::string_view word);

}  // namespace espalier::answers
