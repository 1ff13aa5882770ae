#include <algorithm>
#include <array>
#include <espalier/kit/answers/ascii.hpp>
#include <espalier/kit/answers/letter_forms.hpp>
#include <espalier/kit/answers/marked_answer.hpp>
#include <string>

namespace espalier::answers {
namespace {

constexpr std::array<std::string_view, 7> kDressing = {"\\text{",   "\\textbf{", "\\textit{", "\\textrm{",
                                                       "\\mathrm{", "\\mathbf{", "\\boxed{"};

char upper(char c) { return capital(c) ? c : static_cast<char>(c - 'a' + 'A'); }

/// Whether what follows a letter names a further one: "A or B", "A, C", "A/B", "A–C", "(A) and (B)".
bool one_of_several(std::string_view rest) {
  while (!rest.empty() && one_of(rest[0], " )]}*_,$")) rest.remove_prefix(1);
  if (rest.starts_with('/') || rest.starts_with('&')) return another_letter(rest.substr(1));
  if (long_dash(rest)) return another_letter(rest.substr(kLongDash));
  const std::string_view word = first_word(rest);
  if (word != "or" && word != "and") return false;
  rest = trimmed(rest.substr(word.size()));
  if (const auto noun = first_word(rest); kNouns.contain(folded(noun))) rest.remove_prefix(noun.size());
  return another_letter(rest);
}

bool list_goes_on(std::string_view rest) {
  while (!rest.empty() && one_of(rest[0], " )]}*_")) rest.remove_prefix(1);
  return rest.starts_with(',') && another_letter(rest.substr(1)) && rest.size() > 1;
}

/// Whether a letter ends a question that the text goes on behind: "C? No."
bool asked(std::string_view rest) {
  const std::size_t end = rest.find_first_not_of(" )]}*_\"'`$");
  return end != std::string_view::npos && rest[end] == '?' && !alone(rest);
}

/// Whether what follows a letter judges it wrong in a word: ": wrong", " - incorrect", " (wrong)". Behind other signs
/// such a word is an option's text: "B) Wrong".
bool judged_wrong(std::string_view rest) {
  while (!rest.empty() && one_of(rest[0], " )]}*_\"'`$")) rest.remove_prefix(1);
  const std::size_t signs = long_dash(rest) ? kLongDash : 1;
  if (rest.empty() || !(long_dash(rest) || one_of(rest[0], ":-("))) return false;
  rest.remove_prefix(signs);
  while (!rest.empty() && one_of(rest[0], " *_")) rest.remove_prefix(1);
  const std::string_view word = first_word(rest);
  return kJudgements.contain(folded(word)) && !rest.substr(word.size()).starts_with(' ');
}

/// Whether the letter ends before `rest`, and does not go on as a word, a name or a formula.
bool ends_here(std::string_view rest) {
  if (rest.empty() || one_of(rest[0], " \t\r\n)]}*:,;!?\"`$")) return true;
  if (rest[0] == '_') {
    const std::size_t end = rest.find_first_not_of('_');
    return end == std::string_view::npos || (end > 1 && ends_here(rest.substr(end)));
  }
  if (rest[0] == '.') return rest.size() == 1 || (!letter(rest[1]) && !digit(rest[1]));
  if (long_dash(rest)) return rest.size() == kLongDash || !digit(rest[kLongDash]) || rest.starts_with("\u2014");
  return rest.starts_with("\\)") || rest.starts_with("\\]");
}

/// Whether what follows a small letter makes it one of an option: "b. 4", "b: Paris", "b - Paris", "b because".
bool closes_small(std::string_view rest) {
  if (rest.size() > 1 && one_of(rest[0], ".:")) return blank(rest[1]);
  return dash_and_text(rest) ||
         kReasons.contain(first_word(rest.substr(std::min(rest.find_first_not_of(" ,"), rest.size()))));
}

/// "A tie" has an article, "A because" an answer.
bool article_or_pronoun(char c, std::string_view rest) {
  if ((c != 'A' && c != 'I') || !one_of(rest.empty() ? '.' : rest[0], " \t\r\n")) return false;
  rest = trimmed(rest);
  const std::string_view word = first_word(rest);
  return !rest.empty() && letter(rest[0]) && word != "is" && !kReasons.contain(word);
}

/// Whether what follows a letter denies it: " is wrong", ") cannot be right", " isn't the answer".
bool denied_behind(std::string_view rest) {
  constexpr std::size_t reach = 200;
  rest = rest.substr(0, reach);
  while (!rest.empty() && one_of(rest[0], " )]}*_\"'`$")) rest.remove_prefix(1);
  return kCopulas.contain(word_at(rest, 0)) && Denials(rest).cover(0);
}

/// Whether what follows a letter and a comma is an option's text or a remark: "5 kg", "a safe choice", "the oldest".
bool adds_text(std::string_view rest) {
  return !rest.empty() && (digit(rest[0]) || kRemarks.contain(first_word(rest)));
}

}  // namespace

std::string_view first_word(std::string_view text) {
  constexpr std::size_t longest = 12;
  std::size_t end = 0;
  while (end < std::min(text.size(), longest) && letter(text[end])) ++end;
  return text.substr(0, end);
}

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

bool another_letter(std::string_view text) {
  skip_openings(text);
  if (text.starts_with("I ")) {
    const std::string_view word = first_word(text.substr(2));
    if (!word.empty() && !capital(word[0]) && word != "or" && word != "and") return false;
  }
  return !text.empty() && capital(text[0]) && (text.size() == 1 || (!letter(text[1]) && !digit(text[1])));
}

bool alone(std::string_view rest) {
  return std::none_of(rest.begin(), rest.end(), [](char c) { return letter(c) || digit(c); });
}

std::optional<char> letter_of(std::string_view text, bool marked) {
  if (text.empty() || !letter(text[0])) return std::nullopt;
  const char c = text[0];
  const std::string_view rest = text.substr(1);
  if (!ends_here(rest) || one_of_several(rest) || list_goes_on(rest) || asked(rest) || judged_wrong(rest))
    return std::nullopt;
  if (!capital(c)) {
    const bool closed = (!rest.empty() && one_of(rest[0], ")]}")) || (c != 'i' && closes_small(rest));
    if (!closed && !alone(rest)) return std::nullopt;
    return upper(c);
  }
  if (!marked && article_or_pronoun(c, rest)) return std::nullopt;
  return c;
}

std::optional<char> first_letter(std::string_view part) {
  bool marked = skip_openings(part);
  if (const auto word = first_word(part); kNouns.contain(folded(word))) {
    part.remove_prefix(word.size());
    marked = skip_openings(part) || marked;
  }
  const auto found = letter_of(part, marked);
  return found && denied_behind(part.substr(1)) ? std::nullopt : found;
}

std::optional<Label> label_of(std::string_view line) {
  line = trimmed(line);
  skip_openings(line);
  if (line.empty() || !letter(line[0])) return std::nullopt;
  const Label label{upper(line[0]), line.size() == 1 ? '\0' : line[1]};
  return label.sign == '\0' || one_of(label.sign, ").:") ? std::optional(label) : std::nullopt;
}

bool enumerates(std::string_view line, Label label) {
  int further = 0;
  char before = ' ';  // the sign before the blanks
  for (std::size_t at = 0; at + 1 < line.size(); ++at) {
    const Label here{line[at], line[at + 1]};
    const bool begins = at > 0 && one_of(line[at - 1], " (*");
    const bool ends = at + 2 == line.size() || blank(line[at + 2]) || line[at + 2] == '*';
    if (begins && ends && label.before(here)) {
      if (label.sign != '.' || one_of(before, ".,;:!?")) return true;
      if (++further == 2) return true;
      label = here;
    }
    if (!one_of(line[at], " (*")) before = line[at];
  }
  return false;
}

bool dash_and_text(std::string_view rest) {
  constexpr std::size_t reach = 80;
  rest = rest.substr(0, reach);
  const bool spaced = rest.starts_with(' ');
  if (spaced) rest.remove_prefix(1);
  const bool two = rest.starts_with("--");
  const bool minus = !two && (rest.starts_with('-') || rest.starts_with("\u2013"));  // as formulas have it
  if (!minus && !two && !rest.starts_with("\u2014")) return false;
  rest.remove_prefix(two ? 2 : rest[0] == '-' ? 1 : kLongDash);
  if (minus && !(spaced && rest.starts_with(' '))) return false;
  rest = trimmed(rest);
  if (rest.empty() || another_letter(rest)) return false;
  const std::string_view word = first_word(rest);
  if (word.size() > 1 || word == "a") return true;
  return word.empty() && (!minus || ((digit(rest[0]) || rest[0] == '$') && rest.find('=') == std::string_view::npos));
}

bool reason_follows(std::string_view rest) {
  static constexpr Words links({"than", "of"});
  constexpr std::size_t reach = 80;
  const bool whole = rest.size() <= reach;
  rest = rest.substr(0, reach);
  while (!rest.empty() && one_of(rest[0], " )]}*_\"'`$\\")) rest.remove_prefix(1);
  if (rest.starts_with(',')) rest = trimmed(rest.substr(1));
  if (kReasons.contain(first_word(rest))) return true;
  if (skip_word(rest, kInstead)) {
    skip_word(rest, links);
    skip_openings(rest);
    skip_word(rest, kNouns);
    return another_letter(rest);
  }
  const std::size_t before = rest.size();
  while (skip_word(rest, kAdverbs)) {
  }
  bool adds = rest.size() < before;
  if (rest.starts_with("I ")) {
    rest.remove_prefix(2);
    adds = skip_word(rest, kOpinions);
  }
  return adds && whole && alone(rest);
}

bool bracketed_text(std::string_view rest) {
  if (!rest.starts_with(" (")) return false;
  const std::string_view word = first_word(rest.substr(2));
  const std::size_t end = rest.find(')');
  return end != std::string_view::npos && alone(rest.substr(end)) && (word.size() > 1 || digit(rest[2]));
}

bool concluded(std::string_view rest, char c) {
  if (c != 'I' && (reason_follows(rest) || dash_and_text(rest))) return true;
  const std::size_t end = rest.find_first_not_of(" )]}*_\"'`$\\");
  if (end == std::string_view::npos || rest[end] == '\n') return true;
  if (rest[end] == '(' && end > 0) return c != 'I';
  if (rest.substr(end).starts_with(", ") && adds_text(rest.substr(end + 2))) return true;
  return one_of(rest[end], ".!;:") && (end + 1 == rest.size() || !letter(rest[end + 1]));
}

bool denied_before(std::string_view text, std::size_t at, const Denials& denials) {
  if (at > 0 && text[at - 1] == ' ') --at;
  if (at > 0 && text[at - 1] == ',') --at;
  return at > 0 && denials.cover(at - 1);
}

std::size_t last_sentence(std::string_view text) {
  for (std::size_t at = text.find_last_not_of(" .!*_)]}\"'`$\n"); at != std::string_view::npos && at > 0; --at) {
    if (text[at] == '\n' || (one_of(text[at], ".!?") && at + 1 < text.size() && blank(text[at + 1]))) return at + 1;
  }
  return 0;
}

}  // namespace espalier::answers
