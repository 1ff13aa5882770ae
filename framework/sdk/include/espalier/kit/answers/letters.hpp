#pragma once

#include <espalier/kit/answers/clauses.hpp>
#include <optional>
#include <string_view>

namespace espalier::answers {

/// The letter of an option, 'A' to 'Z', where a part of a text begins by naming exactly one.
///
///     named    := {opening} {adverb} {opening} [noun] {opening} letter boundary
///     adverb   := "probably", "clearly", "most", "likely", ... (kAdverbs)
///     noun     := "option" | "choice" | "letter" | "answer"
///     opening  := blank, quote, "*", "_", "$", "(", "[", "{", "\(", "\text{" and its kin
///     boundary := the end, or a sign that closes or ends: ) ] } * : , ; . ! ? quote, a long dash, "__", or a blank
///
/// A small letter counts only in brackets, with a sign behind it that makes it a label ("b) Paris", "b. Paris", "b -
/// Paris"), or alone. "A" and "I" before a word are an article and a
/// pronoun, unless the word is "is" or one that gives reasons ("A because"). Not named are letters that go on ("A's",
/// "B-flat", "B.C."), more than one ("A or B", "A, C"), those that end a question before further words ("B? No.") and
/// those denied behind a verb or in a word ("B is wrong", "(B) cannot be", "B: wrong").
std::optional<char> leading_letter(std::string_view part);

/// The letter of a line that is "C", "(C)", "C. Paris", "C) Paris", "C: Paris", "C - Paris", "C (Paris)", "C, because
/// ...", "C since ...", "C, not B", "C, I think": named as above, perhaps in a heading ("### C"), with a sign that
/// closes it or a reason, unless it stands alone, as it must behind an adverb ("Most likely C."). A sentence that
/// begins with a letter names none, nor does a line of several labels ("A: no. B: yes.").
std::optional<char> listed_letter(std::string_view line);

/// The listed letter of the last line; nothing where the line before has the label before it, as in a list of options.
std::optional<char> closing_line(std::string_view text);

/// The letter of the label that begins a first line of several ("D) 12"); nothing where another line has a label of
/// another letter.
std::optional<char> opening_label(std::string_view text);

/// The letter that a text calls correct last: "C is the correct answer", "I think (C) is right".
///
///     called  := letter kClaimVerbs ["to"] ["be"] {adverb | kClaimFillers} head
///     head    := "correct" | "answer" | ("right" | "best") (noun | "one" | no further word)
///              | behind "the", one or two words and (noun | "one"): "the most accurate answer"
///
/// It begins a clause and does not end a list ("A and B is"), or stands behind a noun, an adverb, or a word that
/// introduces a statement ("that", "think"): "vitamin C is right" names none. As in all rules that follow, what is
/// denied (see Denials) is passed over.
std::optional<char> correct_letter(std::string_view text, const Denials& denials);

/// The letter that a text names last behind a noun: "option C", "choice (b)", "Option: C"; none behind "or", "and".
std::optional<char> named_option(std::string_view text, const Denials& denials);

/// The letter in the last **B**, **(B)** or **B) ...** of a text.
std::optional<char> bold_letter(std::string_view text, const Denials& denials);

/// The letter in parentheses, "(B)", of the last line that has any; nothing when that line has different ones.
std::optional<char> bracketed_letter(std::string_view text, const Denials& denials);

/// The capital that a text says last to be chosen, or in its last sentence to follow.
///
///     chosen    := chooses {link} letter end; anywhere
///               | concludes {link} letter end; the letter in the last sentence, and not "I"
///               | ":" letter; the letter at the end of the text, and not "I"
///     chooses   := kChoices of wordings.hpp
///     concludes := kLeads, or "but" behind a denial
///     link      := adverb | noun | kLinks ("to" not behind chooses) | a sign that opens or joins
///     end       := the end of a line or sentence | ";" | ":" | " (" | [","] reason | [","] kInstead letter |
///                 ", " (a digit | kRemarks) | a dash and a text | an adverb or "I think" that ends the text
std::optional<char> closing_letter(std::string_view text, const Denials& denials);

}  // namespace espalier::answers
