#include "denial.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "ascii.hpp"

namespace espalier::answers {
namespace {

/// How far before and behind a part words are looked for.
constexpr std::size_t kReach = 48;

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool in_word(char c) { return letter(c) || c == '\''; }

/// In small letters; a word that is longer than those of interest is cut.
std::string small(std::string_view word) {
  std::string text(word.substr(0, 12));
  for (char& c : text) c = lower(c);
  return text;
}

/// Whether a sentence ends at `at`.
bool ends_sentence(std::string_view text, std::size_t at) {
  return text[at] == '\n' ||
         ((text[at] == '.' || text[at] == '!' || text[at] == '?') && (at + 1 == text.size() || blank(text[at + 1])));
}

bool finds_fault(std::string_view word) {
  constexpr auto faults = std::to_array<std::string_view>({"wrong", "incorrect", "false"});
  return contains(faults, std::string_view(small(word)));
}

bool denied_before(std::string_view text, std::size_t begin) {
  constexpr auto between =
      std::to_array<std::string_view>({"a", "an", "the", "be", "is", "are", "was", "equal", "to", "option", "boxed",
                                       "exactly", "simply", "answer", "final", "correct", "think", "believe", "that"});
  const std::size_t limit = begin - std::min(begin, kReach);
  for (std::size_t at = begin; at > limit;) {
    if (ends_sentence(text, at - 1) || text[at - 1] == ',' || text[at - 1] == ';') return false;
    if (!in_word(text[at - 1])) {
      if (digit(text[at - 1])) return false;
      --at;
      continue;
    }
    const std::size_t end = at;
    while (at > limit && in_word(text[at - 1])) --at;
    const std::string_view word = text.substr(at, end - at);
    if (denies(word) || finds_fault(word)) return true;
    if (!contains(between, std::string_view(small(word)))) return false;
  }
  return false;
}

bool denied_behind(std::string_view text, std::size_t end) {
  constexpr std::array<std::string_view, 4> verbs = {"is", "are", "was", "were"};
  constexpr std::array<std::string_view, 5> verdicts = {"wrong", "incorrect", "false", "impossible", "too"};
  constexpr std::array<std::string_view, 4> refusals = {"isn't", "aren't", "wasn't", "weren't"};
  const std::size_t limit = std::min(text.size(), end + kReach);
  int words = 0;
  for (std::size_t at = end; at < limit && words < 2;) {
    if (!in_word(text[at])) {
      if (ends_sentence(text, at) || std::string_view(" )]}*_$\"\\").find(text[at]) == std::string_view::npos)
        return false;
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < limit && in_word(text[at])) ++at;
    const std::string word = small(text.substr(begin, at - begin));
    if (words++ > 0) return word == "not" || word == "never" || contains(verdicts, std::string_view(word));
    if (contains(refusals, std::string_view(word))) return true;
    if (!contains(verbs, std::string_view(word))) return false;
  }
  return false;
}

}  // namespace

bool denies(std::string_view word) {
  constexpr std::array<std::string_view, 9> denials = {"not",  "never", "cannot", "neither", "nor",
                                                       "than", "could", "might",  "may"};
  const std::string said = small(word);
  return said.ends_with("n't") || contains(denials, std::string_view(said));
}

bool takes_back(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && in_word(text[end])) ++end;
    const std::string_view word = text.substr(at, end - at);
    if (denies(word) || finds_fault(word)) return true;
    at = std::max(end, at + 1);
  }
  return false;
}

bool denied(std::string_view text, std::size_t begin, std::size_t end) {
  return denied_before(text, begin) || denied_behind(text, end);
}

}  // namespace espalier::answers
