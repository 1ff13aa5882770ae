#include <algorithm>
#include <array>
#include <espalier/kit/answers/ascii.hpp>
#include <espalier/kit/answers/asides.hpp>
#include <espalier/kit/answers/clauses.hpp>
#include <espalier/kit/answers/marked_answer.hpp>
#include <espalier/kit/answers/wordings.hpp>

namespace espalier::answers {
namespace {

bool has_digit(std::string_view text) { return std::any_of(text.begin(), text.end(), digit); }

/// Whether an aside compares, and does nothing else: by a word, or, in brackets, by a calculation.
bool compares(std::string_view aside, bool bracket) {
  const auto has = [&](std::string_view sign) { return aside.find(sign) != std::string_view::npos; };
  bool found = bracket && (has(" + ") || has(" - ") || has(" * ") || has(" / "));
  for (std::size_t at = 0; at < aside.size();) {
    const std::string_view word = word_at(aside, at);
    if (kConclusions.contain(folded(word))) return false;
    found = found || kComparatives.contain(folded(word));
    at += std::max<std::size_t>(word.size(), 1);
  }
  return found;
}

/// Where the last sentence of a line begins.
std::size_t last_sentence_at(std::string_view line) {
  std::size_t at = line.find_last_not_of(" .!*_)$");
  for (; at != std::string_view::npos && at > 0; --at) {
    if ((line[at] == '.' || line[at] == '!' || line[at] == '?') && blank(line[at + 1])) return at + 1;
  }
  return 0;
}

}  // namespace

std::string_view without_aside(std::string_view part) {
  for (const std::string_view aside : kAsides) {
    if (const auto before = trimmed(part.substr(0, part.find(aside))); !before.empty()) part = before;
  }
  while (!part.empty() && (part.back() == ',' || part.back() == ';')) part.remove_suffix(1);
  return part;
}

std::string_view without_comparison(std::string_view line) {
  constexpr std::size_t longest = 400;
  const std::size_t begin = std::max(last_sentence_at(line), line.size() - std::min(line.size(), longest));
  const std::string_view sentence = line.substr(begin);
  for (const std::string_view opening : kComparedSentences) {
    if (trimmed(sentence).starts_with(opening) && has_digit(line.substr(0, begin)) && compares(sentence, false))
      return line.substr(0, begin);
  }
  for (const std::string_view opening : kComparisonStarts) {
    const std::size_t at = sentence.find(opening);
    if (at == std::string_view::npos || !has_digit(sentence.substr(0, at))) continue;
    const bool bracket = opening == " (";
    const std::string_view aside = sentence.substr(at + opening.size());
    const std::size_t close = aside.find(')');
    const bool ends = !bracket || (close != std::string_view::npos && !has_digit(aside.substr(close)));
    if (ends && compares(bracket ? aside.substr(0, close) : aside, bracket)) return line.substr(0, begin + at);
  }
  return line;
}

}  // namespace espalier::answers
