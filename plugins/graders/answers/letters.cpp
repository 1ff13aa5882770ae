#include "letters.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "ascii.hpp"
#include "marked_answer.hpp"

namespace espalier::answers {
namespace {

char upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }
bool one_of(char c, std::string_view signs) { return signs.find(c) != std::string_view::npos; }

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string small(std::string_view word) {
  std::string text(word);
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// The letters that a text begins with; a word of everyday length is all that matters.
std::string_view first_word(std::string_view text) {
  constexpr std::size_t longest = 12;
  std::size_t end = 0;
  while (end < std::min(text.size(), longest) && letter(text[end])) ++end;
  return text.substr(0, end);
}

constexpr std::array<std::string_view, 3> kNouns = {"option", "choice", "letter"};
constexpr std::array<std::string_view, 7> kDressing = {"\\text{",   "\\textbf{", "\\textit{", "\\textrm{",
                                                       "\\mathrm{", "\\mathbf{", "\\boxed{"};

/// Takes off what may stand before a letter; returns whether one of the brackets or marks in it says that a letter,
/// and no word, follows.
bool skip_openings(std::string_view& text) {
  bool marked = false;
  for (;;) {
    const auto dressed = std::find_if(kDressing.begin(), kDressing.end(),
                                      [&](std::string_view dressing) { return text.starts_with(dressing); });
    if (dressed != kDressing.end()) {
      text.remove_prefix(dressed->size());
      marked = true;
    } else if (text.starts_with("\\(") || text.starts_with("\\[")) {
      text.remove_prefix(2);
    } else if (!text.empty() && one_of(text[0], " \t\n\r\"'`*_$([{")) {
      marked = marked || one_of(text[0], "([{");
      text.remove_prefix(1);
    } else {
      return marked;
    }
  }
}

/// Whether the text begins with a single capital that stands alone, behind whatever brackets.
bool another_letter(std::string_view text) {
  skip_openings(text);
  return !text.empty() && capital(text[0]) && (text.size() == 1 || (!letter(text[1]) && !digit(text[1])));
}

/// Whether what follows a letter names a further one: "A or B", "A, C", "A/B", "(A) and (B)".
bool one_of_several(std::string_view rest) {
  while (!rest.empty() && one_of(rest[0], " )]}*_,$")) rest.remove_prefix(1);
  if (rest.starts_with('/') || rest.starts_with('&')) return another_letter(rest.substr(1));
  const std::string_view word = first_word(rest);
  if (word != "or" && word != "and") return false;
  rest = trimmed(rest.substr(word.size()));
  if (const auto noun = first_word(rest); contains(kNouns, small(noun))) rest.remove_prefix(noun.size());
  return another_letter(rest);
}

bool list_goes_on(std::string_view rest) {
  while (!rest.empty() && one_of(rest[0], " )]}*_")) rest.remove_prefix(1);
  return rest.starts_with(',') && another_letter(rest.substr(1)) && rest.size() > 1;
}

/// Whether nothing but signs follows.
bool alone(std::string_view rest) {
  return std::none_of(rest.begin(), rest.end(), [](char c) { return letter(c) || digit(c); });
}

/// Whether the letter ends before `rest`, and does not go on as a word, a name or a formula.
bool ends_here(std::string_view rest) {
  if (rest.empty() || one_of(rest[0], " \t\r\n)]}*:,;!?\"`$")) return true;
  if (rest[0] == '.') return rest.size() == 1 || (!letter(rest[1]) && !digit(rest[1]));
  return rest.starts_with("\\)") || rest.starts_with("\\]");
}

/// "A tie" has an article, "A because" an answer.
bool article_or_pronoun(char c, std::string_view rest) {
  constexpr std::array<std::string_view, 4> reasons = {"because", "since", "as", "is"};
  if ((c != 'A' && c != 'I') || !one_of(rest.empty() ? '.' : rest[0], " \t\r\n")) return false;
  rest = trimmed(rest);
  return !rest.empty() && letter(rest[0]) && !contains(reasons, first_word(rest));
}

std::optional<char> letter_of(std::string_view text, bool marked) {
  if (text.empty() || !letter(text[0])) return std::nullopt;
  const char c = text[0];
  const std::string_view rest = text.substr(1);
  if (!ends_here(rest) || one_of_several(rest) || list_goes_on(rest)) return std::nullopt;
  if (!capital(c)) {
    const bool closed = !rest.empty() && one_of(rest[0], ")]}");
    if (!closed && !alone(rest)) return std::nullopt;
    return upper(c);
  }
  if (!marked && article_or_pronoun(c, rest)) return std::nullopt;
  return c;
}

}  // namespace

std::optional<char> leading_letter(std::string_view part) {
  bool marked = skip_openings(part);
  if (const auto word = first_word(part); contains(kNouns, small(word))) {
    part.remove_prefix(word.size());
    marked = skip_openings(part) || marked;
  }
  return letter_of(part, marked);
}

std::optional<char> named_option(std::string_view text) {
  std::optional<char> last;
  // What is denied, compared, or one of several.
  constexpr std::array<std::string_view, 7> denials = {"not", "never", "neither", "nor", "than", "or", "and"};
  std::string_view before;  // the word that stands before this one
  for (std::size_t at = 0; at < text.size();) {
    if (!letter(text[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < text.size() && letter(text[at])) ++at;
    const std::string_view word = text.substr(begin, at - begin);
    if (word.size() == 6 && contains(kNouns, small(word)) && !(before.size() < 8 && contains(denials, small(before)))) {
      std::string_view rest = text.substr(at);
      const bool marked = skip_openings(rest);
      if (!rest.empty() && rest[0] == ':') {
        rest.remove_prefix(1);
        skip_openings(rest);
      }
      if (!rest.empty() && (capital(rest[0]) || marked)) {
        if (const auto found = letter_of(rest, true)) last = found;
      }
    }
    before = word;
  }
  return last;
}

std::optional<char> bold_letter(std::string_view text) {
  std::optional<char> last;
  for (std::size_t at = text.find("**"); at != std::string_view::npos;) {
    const std::size_t end = text.find("**", at + 2);
    if (end == std::string_view::npos) break;
    std::string_view inside = trimmed(text.substr(at + 2, end - at - 2));
    const bool marked = skip_openings(inside);
    // A bold sentence that happens to begin with a letter names none.
    const bool short_form = inside.size() < 2 || one_of(inside[1], ").:]");
    if (short_form && !inside.empty() && (capital(inside[0]) || marked)) {
      if (const auto found = letter_of(inside, marked)) last = found;
    }
    at = text.find("**", end + 2);
  }
  return last;
}

std::optional<char> bracketed_letter(std::string_view text) {
  std::optional<char> found;
  for (std::size_t at = text.size(); at-- > 0;) {
    if (text[at] == '\n' && found) return found;
    const bool named = text[at] == '(' && at + 2 < text.size() && capital(text[at + 1]) && text[at + 2] == ')' &&
                       (at == 0 || (!letter(text[at - 1]) && !digit(text[at - 1])));  // f(A) is no answer
    if (!named) continue;
    if (found && *found != text[at + 1]) return std::nullopt;
    found = text[at + 1];
  }
  return found;
}

std::optional<char> closing_letter(std::string_view text) {
  constexpr std::array<std::string_view, 12> conclusions = {
      "so", "thus", "hence", "therefore", "is", "choose", "chose", "pick", "select", "picked", "selected", "choosing"};
  text = trimmed(text);
  while (!text.empty() && one_of(text.back(), " .*!)]}\"'`$")) text.remove_suffix(1);
  if (text.size() < 2 || !capital(text.back())) return std::nullopt;
  const char found = text.back();
  text.remove_suffix(1);
  const std::size_t letters = text.size();
  while (!text.empty() && one_of(text.back(), " ,:*([{\"`$\n")) text.remove_suffix(1);
  if (text.size() == letters) return std::nullopt;
  std::size_t begin = text.size();
  while (begin > 0 && letter(text[begin - 1]) && text.size() - begin < 12) --begin;
  return contains(conclusions, small(text.substr(begin))) ? std::optional(found) : std::nullopt;
}

}  // namespace espalier::answers
