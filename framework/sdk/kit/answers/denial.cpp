#include <algorithm>
#include <espalier/kit/answers/ascii.hpp>
#include <espalier/kit/answers/clauses.hpp>
#include <espalier/kit/answers/denial.hpp>
#include <espalier/kit/answers/wordings.hpp>
#include <string>

namespace espalier::answers {
namespace {

/// How far before and behind a part words are looked for.
constexpr std::size_t kReach = 48;

/// Whether a sentence ends at `at`.
bool ends_sentence(std::string_view text, std::size_t at) {
  return text[at] == '\n' ||
         ((text[at] == '.' || text[at] == '!' || text[at] == '?') && (at + 1 == text.size() || blank(text[at + 1])));
}

bool denied_before(std::string_view text, std::size_t begin) {
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
    const std::string word = folded(text.substr(at, end - at));
    if (denies(word) || kFaults.contain(word)) return true;
    if (!kBeforeDenied.contain(word)) return false;
  }
  return false;
}

bool denied_behind(std::string_view text, std::size_t end) {
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
    const std::string word = folded(text.substr(begin, at - begin));
    if (words++ > 0) return kNegations.contain(word) || kFaults.contain(word) || kVerdicts.contain(word);
    if (kRefusals.contain(word)) return true;
    if (!kVerdictVerbs.contain(word)) return false;
  }
  return false;
}

}  // namespace

bool in_word(char c) { return letter(c) || c == '\'' || static_cast<unsigned char>(c) >= 0x80; }

bool denies(std::string_view word) {
  const std::string said = folded(word);
  return kNegations.contain(said) || kHedges.contain(said) || said == "than" || said.ends_with("n't");
}

bool takes_back(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && in_word(text[end])) ++end;
    const std::string_view word = text.substr(at, end - at);
    if (denies(word) || kFaults.contain(folded(word))) return true;
    at = std::max(end, at + 1);
  }
  return false;
}

bool denied(std::string_view text, std::size_t begin, std::size_t end) {
  return denied_before(text, begin) || denied_behind(text, end);
}

}  // namespace espalier::answers
