#include <algorithm>
#include <array>
#include <espalier/kit/answers/ascii.hpp>
#include <espalier/kit/answers/letter_claims.hpp>
#include <espalier/kit/answers/letter_forms.hpp>
#include <espalier/kit/answers/letters.hpp>
#include <espalier/kit/answers/marked_answer.hpp>
#include <espalier/kit/answers/wordings.hpp>
#include <string>

namespace espalier::answers {

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
  return of_answer || enumerates(line, {line[at], rest[0]}) ? std::nullopt : found;
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
      if (called_correct(rest)) last = text[at];
    }
    behind_letter = lone || (behind_letter && (here == "and" || here == "or"));
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
      static constexpr Words copulas({"is"});
      const bool stated = (!rest.empty() && rest[0] == ':') || skip_word(rest, copulas);
      if (stated && rest[0] == ':') rest.remove_prefix(1);
      if (stated) skip_openings(rest);
      const bool pronoun = !rest.empty() && (rest[0] == 'I' || folded(word) == "answer");
      if (!rest.empty() && (capital(rest[0]) || marked || stated) && !denials.cover(text.size() - rest.size())) {
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
