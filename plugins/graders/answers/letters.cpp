#include "letters.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "ascii.hpp"
#include "marked_answer.hpp"
#include "words.hpp"

namespace espalier::answers {
namespace {

char upper(char c) { return capital(c) ? c : static_cast<char>(c - 'a' + 'A'); }
bool one_of(char c, std::string_view signs) { return signs.find(c) != std::string_view::npos; }

/// The letters that a text begins with; a word of everyday length is all that matters.
std::string_view first_word(std::string_view text) {
  constexpr std::size_t longest = 12;
  std::size_t end = 0;
  while (end < std::min(text.size(), longest) && letter(text[end])) ++end;
  return text.substr(0, end);
}

constexpr Words kAdverbs({"probably", "clearly", "most",        "likely",    "definitely", "certainly",  "obviously",
                          "surely",   "simply",  "indeed",      "therefore", "thus",       "hence",      "then",
                          "actually", "really",  "undoubtedly", "evidently", "apparently", "presumably", "only",
                          "just",     "still",   "almost",      "very"});
constexpr Words kReasons({"because", "since", "as"});
constexpr Words kCopulas({"is",     "seems",    "looks", "appears", "must",  "should",   "was", "isn't",
                          "wasn't", "can",      "can't", "cannot",  "could", "couldn't", "may", "might",
                          "would",  "wouldn't", "does",  "doesn't", "fails", "never"});
constexpr std::array<std::string_view, 7> kDressing = {"\\text{",   "\\textbf{", "\\textit{", "\\textrm{",
                                                       "\\mathrm{", "\\mathbf{", "\\boxed{"};

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

/// Whether the text begins with a single capital that stands alone, behind whatever brackets, and is no pronoun: "I
/// think".
bool another_letter(std::string_view text) {
  skip_openings(text);
  if (text.starts_with("I ")) {
    const std::string_view word = first_word(text.substr(2));
    if (!word.empty() && !capital(word[0]) && word != "or" && word != "and") return false;
  }
  return !text.empty() && capital(text[0]) && (text.size() == 1 || (!letter(text[1]) && !digit(text[1])));
}

/// Whether what follows a letter names a further one: "A or B", "A, C", "A/B", "(A) and (B)".
bool one_of_several(std::string_view rest) {
  while (!rest.empty() && one_of(rest[0], " )]}*_,$")) rest.remove_prefix(1);
  if (rest.starts_with('/') || rest.starts_with('&')) return another_letter(rest.substr(1));
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

/// Whether nothing but signs follows.
bool alone(std::string_view rest) {
  return std::none_of(rest.begin(), rest.end(), [](char c) { return letter(c) || digit(c); });
}

/// Whether a letter ends a question that the text goes on behind: "C? No."
bool asked(std::string_view rest) {
  const std::size_t end = rest.find_first_not_of(" )]}*_\"'`$");
  return end != std::string_view::npos && rest[end] == '?' && !alone(rest);
}

/// Whether what follows a letter judges it wrong in a word: ": wrong", " - incorrect", " (wrong)". Behind other signs
/// such a word is an option's text: "B) Wrong".
bool judged_wrong(std::string_view rest) {
  static constexpr Words judgements({"wrong", "incorrect", "invalid"});
  while (!rest.empty() && one_of(rest[0], " )]}*_\"'`$")) rest.remove_prefix(1);
  const std::size_t signs = rest.starts_with("\xe2\x80\x93") || rest.starts_with("\xe2\x80\x94") ? 3 : 1;
  if (rest.empty() || !(signs == 3 || one_of(rest[0], ":-("))) return false;
  rest.remove_prefix(signs);
  while (!rest.empty() && one_of(rest[0], " *_")) rest.remove_prefix(1);
  const std::string_view word = first_word(rest);
  return judgements.contain(folded(word)) && !rest.substr(word.size()).starts_with(' ');
}

/// Whether the letter ends before `rest`, and does not go on as a word, a name or a formula.
bool ends_here(std::string_view rest) {
  if (rest.empty() || one_of(rest[0], " \t\r\n)]}*:,;!?\"`$")) return true;
  if (rest[0] == '_') {
    const std::size_t end = rest.find_first_not_of('_');
    return end == std::string_view::npos || (end > 1 && ends_here(rest.substr(end)));
  }
  if (rest[0] == '.') return rest.size() == 1 || (!letter(rest[1]) && !digit(rest[1]));
  return rest.starts_with("\\)") || rest.starts_with("\\]");
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

std::optional<char> letter_of(std::string_view text, bool marked) {
  if (text.empty() || !letter(text[0])) return std::nullopt;
  const char c = text[0];
  const std::string_view rest = text.substr(1);
  if (!ends_here(rest) || one_of_several(rest) || list_goes_on(rest) || asked(rest) || judged_wrong(rest))
    return std::nullopt;
  if (!capital(c)) {
    const bool closed = !rest.empty() && one_of(rest[0], ")]}");
    if (!closed && !alone(rest)) return std::nullopt;
    return upper(c);
  }
  if (!marked && article_or_pronoun(c, rest)) return std::nullopt;
  return c;
}

/// The letter that a text begins with, behind openings and a noun.
std::optional<char> first_letter(std::string_view part) {
  bool marked = skip_openings(part);
  if (const auto word = first_word(part); kNouns.contain(folded(word))) {
    part.remove_prefix(word.size());
    marked = skip_openings(part) || marked;
  }
  const auto found = letter_of(part, marked);
  return found && denied_behind(part.substr(1)) ? std::nullopt : found;
}

/// A letter that begins a line, and the sign that closes it; the sign is 0 where nothing follows.
struct Label {
  char letter;
  char sign;

  bool before(const Label& next) const { return letter + 1 == next.letter && sign == next.sign; }
};

std::optional<Label> label_of(std::string_view line) {
  line = trimmed(line);
  skip_openings(line);
  if (line.empty() || !letter(line[0])) return std::nullopt;
  const Label label{upper(line[0]), line.size() == 1 ? '\0' : line[1]};
  return label.sign == '\0' || one_of(label.sign, ").:") ? std::optional(label) : std::nullopt;
}

/// Whether a line that names a letter has nothing but it, signs and perhaps a noun.
bool nothing_but_letter(std::string_view line) {
  line = line.substr(std::min(line.find_first_not_of("#> "), line.size()));
  skip_openings(line);
  if (const auto word = first_word(line); kNouns.contain(folded(word))) line.remove_prefix(word.size());
  skip_openings(line);
  return !line.empty() && alone(line.substr(1));
}

/// Whether a line that begins with a label has further ones: "A: no. B: yes.", "(A) 1 (B) 2". One behind a full stop
/// may be an initial, "A. John B. Smith", and does not count unless it begins a sentence or another follows.
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

/// Whether a dash and an option's text follow: " - Paris". "A - B" and "A - 5 = 3" are formulas.
bool dash_and_text(std::string_view rest) {
  constexpr std::size_t reach = 80;
  rest = rest.substr(0, reach);
  constexpr auto dashes = std::to_array<std::string_view>({" - ", " \xe2\x80\x93 ", " \xe2\x80\x94 "});
  for (const auto dash : dashes) {
    if (!rest.starts_with(dash)) continue;
    rest = trimmed(rest.substr(dash.size()));
    if (first_word(rest).size() > 1) return true;
    return !rest.empty() && (digit(rest[0]) || rest[0] == '$') && rest.find('=') == std::string_view::npos;
  }
  return false;
}

/// Whether a reason follows, or what is not chosen, or what takes nothing back: ", because", " since", ", not B", "
/// over B", ", I think", ", obviously".
bool reason_follows(std::string_view rest) {
  static constexpr Words instead({"not", "rather", "instead", "over"});
  static constexpr Words links({"than", "of"});
  static constexpr Words opinions({"think", "believe", "guess", "say"});
  constexpr std::size_t reach = 80;
  const bool whole = rest.size() <= reach;
  rest = rest.substr(0, reach);
  while (!rest.empty() && one_of(rest[0], " )]}*_\"'`$\\")) rest.remove_prefix(1);
  if (rest.starts_with(',')) rest = trimmed(rest.substr(1));
  if (kReasons.contain(first_word(rest))) return true;
  if (skip_word(rest, instead)) {
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
    adds = skip_word(rest, opinions);
  }
  return adds && whole && alone(rest);
}

/// Whether an option's text follows in brackets, and nothing else: " (Paris)."
bool bracketed_text(std::string_view rest) {
  if (!rest.starts_with(" (")) return false;
  const std::string_view word = first_word(rest.substr(2));
  const std::size_t end = rest.find(')');
  return end != std::string_view::npos && alone(rest.substr(end)) && (word.size() > 1 || digit(rest[2]));
}

/// Whether a sentence ends, or a reason follows, behind the letter that is chosen.
bool concluded(std::string_view rest, char c) {
  if (c != 'I' && (reason_follows(rest) || dash_and_text(rest))) return true;
  const std::size_t end = rest.find_first_not_of(" )]}*_\"'`$\\");
  if (end == std::string_view::npos || rest[end] == '\n') return true;
  if (rest[end] == '(' && end > 0) return c != 'I';
  return one_of(rest[end], ".!;") && (end + 1 == rest.size() || !letter(rest[end + 1]));
}

/// Whether what stands before a word, and before a comma, is denied.
bool denied_before(std::string_view text, std::size_t at, const Denials& denials) {
  if (at > 0 && text[at - 1] == ' ') --at;
  if (at > 0 && text[at - 1] == ',') --at;
  return at > 0 && denials.cover(at - 1);
}

/// Where the last sentence begins: behind the last line end, or full stop and its like before a blank.
std::size_t last_sentence(std::string_view text) {
  for (std::size_t at = text.find_last_not_of(" .!*_)]}\"'`$\n"); at != std::string_view::npos && at > 0; --at) {
    if (text[at] == '\n' || (one_of(text[at], ".!?") && at + 1 < text.size() && blank(text[at + 1]))) return at + 1;
  }
  return 0;
}

/// What the words and signs before a letter say of it.
enum class Lead { kNone, kLabels, kConcludes, kChooses };

Lead behind_sign(std::string_view text, std::size_t at, Lead lead) {
  if (text[at] == ':' && at > 0 && lead == Lead::kNone) return Lead::kLabels;
  return one_of(text[at], " ,:*_([{\"'`$\n\\") ? lead : Lead::kNone;
}

Lead behind_word(std::string_view word, Lead lead, bool behind_denial) {
  static constexpr Words conclusions({"so", "thus", "hence", "therefore", "is", "be", "it's", "that's", "leaves",
                                      "leaving", "left", "say", "think", "believe", "guess", "matches", "corresponds"});
  static constexpr Words choices({"choose", "chose", "choosing", "chosen", "pick", "picked", "picking", "select",
                                  "selected", "selecting", "go", "going", "opt", "prefer", "lean", "leaning"});
  static constexpr Words links({"with", "for", "to", "toward", "towards", "rather"});
  if (word.size() == 1) return Lead::kNone;
  const std::string small = folded(word);
  if (conclusions.contain(small) || (small == "but" && behind_denial)) return Lead::kConcludes;
  if (choices.contain(small)) return Lead::kChooses;
  if (small == "to" && lead == Lead::kChooses) return Lead::kNone;  // "go to B"
  return kAdverbs.contain(small) || kNouns.contain(small) || links.contain(small) ? lead : Lead::kNone;
}

/// Whether the text, which follows a letter, calls it the answer: "is correct", "seems to be the right answer".
bool called_correct(std::string_view rest) {
  static constexpr Words copulas({"is", "seems", "looks", "appears", "must", "should", "has"});
  static constexpr Words to_be({"to", "be"});
  static constexpr Words fillers({"the", "our", "my", "final", "single", "one"});
  static constexpr Words goods({"correct", "right", "best"});
  static constexpr Words nouns({"answer", "option", "choice", "letter", "one"});
  constexpr std::size_t reach = 100;
  constexpr int adjectives = 2;
  rest = rest.substr(0, reach);
  while (!rest.empty() && one_of(rest[0], " )]}*_\"'`$")) rest.remove_prefix(1);
  if (const std::size_t end = rest.find(") "); rest.starts_with('(') && end != std::string_view::npos)
    rest.remove_prefix(end + 2);  // "C (Paris) is"
  if (!skip_word(rest, copulas)) return false;
  while (skip_word(rest, to_be) || skip_word(rest, kAdverbs)) {
  }
  const bool definite = first_word(rest) == "the";
  while (skip_word(rest, fillers) || skip_word(rest, kAdverbs)) {
  }
  while (!rest.empty() && one_of(rest[0], "*_\"'`")) rest.remove_prefix(1);
  for (int further = 0; further <= adjectives; ++further) {
    const std::string_view head = first_word(rest);
    const bool noun = nouns.contain(head) && (further > 0 || head == "answer");
    if (noun || goods.contain(head)) {
      rest.remove_prefix(head.size());
      if (!rest.empty() && rest[0] == '-') return false;
      if (noun || head == "correct") return true;
      // "The right" and "the best" of something else, or a place: "C is right of B".
      while (!rest.empty() && one_of(rest[0], " *_\"'`")) rest.remove_prefix(1);
      return rest.empty() || !letter(rest[0]) || nouns.contain(first_word(rest));
    }
    if (!definite || head.empty() || !rest.substr(head.size()).starts_with(' ')) return false;
    rest = trimmed(rest.substr(head.size()));
  }
  return false;
}

/// Whether the text, which follows "only" and a letter, says that it alone will do: "only C fits".
bool alone_fits(std::string_view rest) {
  static constexpr Words verbs(
      {"fits", "matches", "satisfies", "works", "remains", "holds", "applies", "meets", "makes", "is"});
  while (!rest.empty() && one_of(rest[0], " )]}*_\"'`$")) rest.remove_prefix(1);
  return verbs.contain(first_word(rest));
}

/// What may stand before a letter that is called correct, in its clause.
bool introduces(std::string_view word) {
  static constexpr Words introductions({"and",     "but",      "so",    "while",     "because", "since", "as",
                                        "whereas", "that",     "think", "believe",   "say",     "see",   "know",
                                        "find",    "conclude", "sure",  "confident", "doubt",   "means", "statement"});
  const std::string small = folded(word);
  return introductions.contain(small) || kAdverbs.contain(small) || kNouns.contain(small);
}

}  // namespace

std::optional<char> leading_letter(std::string_view part) {
  skip_openings(part);
  while (skip_word(part, kAdverbs)) {
  }
  return first_letter(part);
}

std::optional<char> listed_letter(std::string_view line) {
  if (const std::size_t text = line.find_first_not_of("#>"); text > 0 && text < line.size() && line[text] == ' ')
    line = trimmed(line.substr(text));
  if (kAdverbs.contain(folded(first_word(line)))) {  // "Most likely C."
    while (kAdverbs.contain(folded(first_word(line)))) line = trimmed(line.substr(first_word(line).size()));
    return lone_letter_at(line, 0) && line[0] != 'I' && alone(line.substr(1)) ? std::optional(line[0]) : std::nullopt;
  }
  const auto found = first_letter(line);
  if (!found) return std::nullopt;
  const auto at = static_cast<std::size_t>(std::find_if(line.begin(), line.end(), letter) - line.begin());
  const std::string_view rest = line.substr(at + 1);
  if (rest.empty() || letter(rest[0])) return found;  // alone; or a word that takes a letter
  if (rest[0] == ' ' || rest[0] == ',')
    return *found != 'I' && (reason_follows(rest) || dash_and_text(rest) || bracketed_text(rest)) ? found
                                                                                                  : std::nullopt;
  const bool of_answer = rest[0] == ':' && another_letter(rest.substr(1));  // "A: B"
  return of_answer || enumerates(line, {*found, rest[0]}) ? std::nullopt : found;
}

std::optional<char> closing_line(std::string_view text) {
  text = trimmed(text);
  const std::size_t end = text.rfind('\n');
  if (end == std::string_view::npos) return listed_letter(text);
  const auto label = label_of(text.substr(end + 1));
  const std::string_view before = trimmed(text.substr(0, end));
  const auto former = label_of(before.substr(before.rfind('\n') + 1));
  if (label && former && former->before(*label)) return std::nullopt;
  return listed_letter(text.substr(end + 1));
}

std::optional<char> opening_line(std::string_view text) {
  text = trimmed(text);
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = trimmed(text.substr(0, end));
  const auto found = listed_letter(line);
  if (!found || found == 'I' || !nothing_but_letter(line)) return std::nullopt;
  const std::string_view behind = trimmed(text.substr(end));
  const auto label = label_of(line);
  const auto next = label_of(behind.substr(0, behind.find('\n')));
  return label && next && label->before(*next) ? std::nullopt : found;
}

std::optional<char> opening_label(std::string_view text) {
  text = trimmed(text);
  const std::string_view line = text.substr(0, text.find('\n'));
  const auto label = label_of(line);
  if (!label || line.size() == text.size() || label->letter == 'I') return std::nullopt;
  for (std::size_t at = line.size(); at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at + 1), text.size());
    if (const auto other = label_of(text.substr(at, end - at)); other && other->letter != label->letter)
      return std::nullopt;
    at = end;
  }
  return listed_letter(line);
}

std::optional<char> correct_letter(std::string_view text, const Denials& denials) {
  std::optional<char> last;
  std::string_view word;       // the word before
  bool only = false;           // whether it is "only", perhaps with a noun
  bool fresh = true;           // whether a clause begins here
  bool behind_letter = false;  // whether the word before is a letter, or joins what follows to one
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view here = word_at(text, at);
    if (here.empty()) {
      fresh = fresh || one_of(text[at], ".,:;!?\n-)\x93\x94");
      ++at;
      continue;
    }
    const bool lone = lone_letter_at(text, at);
    if (lone && !behind_letter && (fresh || introduces(word)) && !denials.cover(at)) {
      const std::string_view rest = text.substr(at + 1);
      if (called_correct(rest) || (only && alone_fits(rest))) last = text[at];
    }
    behind_letter = lone || (behind_letter && (here == "and" || here == "or"));
    only = here == "only" || here == "Only" || (only && kNouns.contain(folded(here)));
    word = here;
    fresh = false;
    at += here.size();
    if (lone && at < text.size() && one_of(text[at], ".,;:!?\n")) behind_letter = false;
  }
  return last;
}

std::optional<char> named_option(std::string_view text, const Denials& denials) {
  std::optional<char> last;
  std::string_view before;  // the word that stands before this one
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view word = word_at(text, at);
    if (word.empty()) {
      ++at;
      continue;
    }
    at += word.size();
    if (word.size() == 6 && kNouns.contain(folded(word)) && before != "or" && before != "and") {
      std::string_view rest = text.substr(at);
      const bool marked = skip_openings(rest);
      if (!rest.empty() && rest[0] == ':') {
        rest.remove_prefix(1);
        skip_openings(rest);
      }
      const bool pronoun = !rest.empty() && (rest[0] == 'I' || folded(word) == "answer");
      if (!rest.empty() && (capital(rest[0]) || marked) && !denials.cover(text.size() - rest.size())) {
        if (const auto found = letter_of(rest, marked || !pronoun)) last = found;
      }
    }
    before = word;
  }
  return last;
}

std::optional<char> bold_letter(std::string_view text, const Denials& denials) {
  std::optional<char> last;
  for (std::size_t at = text.find("**"); at != std::string_view::npos;) {
    const std::size_t end = text.find("**", at + 2);
    if (end == std::string_view::npos) break;
    std::string_view inside = trimmed(text.substr(at + 2, end - at - 2));
    const bool marked = skip_openings(inside);
    // A bold sentence that happens to begin with a letter names none.
    const bool short_form = inside.size() < 2 || one_of(inside[1], ").:]");
    if (short_form && !inside.empty() && (capital(inside[0]) || marked) &&
        !denials.cover(static_cast<std::size_t>(inside.data() - text.data()))) {
      if (const auto found = letter_of(inside, marked)) last = found;
    }
    at = text.find("**", end + 2);
  }
  return last;
}

std::optional<char> bracketed_letter(std::string_view text, const Denials& denials) {
  std::optional<char> found;
  for (std::size_t at = text.size(); at-- > 0;) {
    if (text[at] == '\n' && found) return found;
    const bool named = text[at] == '(' && at + 2 < text.size() && capital(text[at + 1]) && text[at + 2] == ')' &&
                       (at == 0 || (!letter(text[at - 1]) && !digit(text[at - 1]))) &&  // f(A) is no answer
                       !denials.cover(at + 1);
    if (!named) continue;
    if (found && *found != text[at + 1]) return std::nullopt;
    found = text[at + 1];
  }
  return found;
}

std::optional<char> closing_letter(std::string_view text, const Denials& denials) {
  constexpr std::size_t reach = 64;  // of signs behind the letter
  const std::size_t closing = last_sentence(text);
  std::optional<char> found;
  Lead lead = Lead::kNone;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view word = word_at(text, at);
    if (word.empty()) {
      lead = behind_sign(text, at++, lead);
      continue;
    }
    const bool in_place = lead == Lead::kChooses || (at >= closing && text[at] != 'I');
    if (lead != Lead::kNone && in_place && lone_letter_at(text, at) && !denials.cover(at)) {
      const std::string_view rest = text.substr(at + 1);
      if (lead == Lead::kLabels ? rest.size() < reach && alone(rest) : concluded(rest, text[at])) found = text[at];
    }
    lead = behind_word(word, lead, word == "but" && denied_before(text, at, denials));
    at += word.size();
  }
  return found;
}

}  // namespace espalier::answers
