#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <espalier/kit/answers/clauses.hpp>
#include <espalier/kit/answers/wordings.hpp>
#include <optional>
#include <string_view>

// The forms in which a letter stands, which the rules of letters.hpp are made of.

namespace espalier::answers {

/// The letters that a text begins with; a word of everyday length is all that matters.
std::string_view first_word(std::string_view text);

/// The bytes of an en dash or an em dash.
inline constexpr std::size_t kLongDash = 3;
inline bool long_dash(std::string_view text) { return text.starts_with("\u2013") || text.starts_with("\u2014"); }

inline bool one_of(char c, std::string_view signs) { return signs.find(c) != std::string_view::npos; }

/// Takes off the word that a text begins with, and the blanks behind it, where it is one of those given.
template <std::size_t N>
bool skip_word(std::string_view& text, const Words<N>& words) {
  const std::string_view word = first_word(text);
  if (word.empty() || !words.contain(word)) return false;
  text.remove_prefix(word.size());
  while (!text.empty() && text[0] == ' ') text.remove_prefix(1);
  return true;
}

/// Takes off what may stand before a letter; returns whether one of the brackets or marks in it says that a letter,
/// and no word, follows.
bool skip_openings(std::string_view& text);

/// Whether the text begins with a single capital that stands alone, behind whatever brackets, and is no pronoun: "I
/// think".
bool another_letter(std::string_view text);

/// Whether nothing but signs follows.
bool alone(std::string_view rest);

/// The letter that a text begins with and that ends there. `marked`: brackets or a noun say that no word follows.
std::optional<char> letter_of(std::string_view text, bool marked);

/// The letter that a text begins with, behind openings and a noun.
std::optional<char> first_letter(std::string_view part);

/// A letter that begins a line, and the sign that closes it; the sign is 0 where nothing follows.
struct Label {
  char letter;
  char sign;

  bool before(const Label& next) const { return letter + 1 == next.letter && sign == next.sign; }
};

std::optional<Label> label_of(std::string_view line);

/// Whether a line that begins with a label has further ones: "A: no. B: yes.", "(A) 1 (B) 2". One behind a full stop
/// may be an initial, "A. John B. Smith", and does not count unless it begins a sentence or another follows.
bool enumerates(std::string_view line, Label label);

/// Whether a dash and an option's text or a remark follow: " - Paris", "—it fits". "A - B" and "A - 5 = 3" are
/// formulas.
bool dash_and_text(std::string_view rest);

/// Whether a reason follows, or what is not chosen, or what takes nothing back: ", because", " since", ", not B", "
/// over B", ", I think", ", obviously".
bool reason_follows(std::string_view rest);

/// Whether an option's text follows in brackets, and nothing else: " (Paris)."
bool bracketed_text(std::string_view rest);

/// Whether a sentence ends, or a reason follows, behind the letter that is chosen.
bool concluded(std::string_view rest, char c);

/// Whether what stands before a word, and before a comma, is denied.
bool denied_before(std::string_view text, std::size_t at, const Denials& denials);

/// Where the last sentence begins: behind the last line end, or full stop and its like before a blank.
std::size_t last_sentence(std::string_view text);

}  // namespace espalier::answers
