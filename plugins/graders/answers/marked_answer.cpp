#include "marked_answer.hpp"

#include <algorithm>
#include <array>

#include "ascii.hpp"

namespace espalier::answers {
namespace {

constexpr std::string_view kBoxed = "\\boxed{";
constexpr std::string_view kHashes = "####";
constexpr std::string_view kPhrase = "answer";
/// How far behind "answer" its connector may stand: "The answer to the second question, in dollars, is 5".
constexpr std::size_t kConnectorReach = 60;
/// After so many phrases that state nothing, none is looked for any more.
constexpr int kMostPhrases = 1'000;

std::string_view line_at(std::string_view text, std::size_t begin) {
  return text.substr(begin, std::min(text.find('\n', begin), text.size()) - begin);
}

/// The inside of the last `\boxed{` whose braces match.
std::string_view boxed(std::string_view text) {
  for (std::size_t at = text.rfind(kBoxed); at != std::string_view::npos;
       at = at == 0 ? at - 1 : text.rfind(kBoxed, at - 1)) {
    const std::size_t begin = at + kBoxed.size();
    int open = 1;
    for (std::size_t end = begin; end < text.size(); ++end) {
      if (text[end] == '\\')
        ++end;
      else if (text[end] == '{')
        ++open;
      else if (text[end] == '}' && --open == 0)
        return trimmed(text.substr(begin, end - begin));
    }
    // Not closed: the boxes before it are closed only if they end before it, so the search goes on in the text before
    // it.
    text = text.substr(0, at);
  }
  return {};
}

std::string_view after_hashes(std::string_view text) {
  const std::size_t at = text.rfind(kHashes);
  if (at == std::string_view::npos) return {};
  return trimmed(line_at(text, at + kHashes.size()));
}

/// Where the answer begins in a text that follows the word "answer": behind a colon, an equals sign or a form of "to
/// be" in the same sentence and line.
std::optional<std::size_t> behind_connector(std::string_view line) {
  constexpr std::array<std::string_view, 6> verbs = {"is", "are", "was", "be", "equals", "becomes"};
  const std::size_t reach = std::min(line.size(), kConnectorReach);
  for (std::size_t at = 0; at < reach; ++at) {
    if (line[at] == '\n') return {};
    if (line[at] == ':' || line[at] == '=') return at + 1;
    if ((line[at] == '.' || line[at] == '?' || line[at] == '!') && (at + 1 == line.size() || line[at + 1] == ' '))
      return {};
    if (!letter(line[at]) || (at > 0 && letter(line[at - 1]))) continue;
    const std::size_t end =
        std::find_if_not(line.begin() + static_cast<std::ptrdiff_t>(at), line.end(), letter) - line.begin();
    if (std::find(verbs.begin(), verbs.end(), line.substr(at, end - at)) == verbs.end()) continue;
    // Only the sign behind the verb is of interest, and only in reach: blanks may go on for a million bytes.
    const std::size_t next = line.substr(0, std::min(line.size(), end + kConnectorReach)).find_first_not_of(' ', end);
    const bool colon = next != std::string_view::npos && (line[next] == ':' || line[next] == '=');
    return colon ? next + 1 : end;
  }
  return {};
}

/// What remains behind the mark without the emphasis that often surrounds it.
std::string_view without_emphasis(std::string_view text) {
  text = trimmed(text);
  while (!text.empty() && (text.front() == '*' || text.front() == '_' || text.front() == ' ')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == '*' || text.back() == '_' || text.back() == ' ')) text.remove_suffix(1);
  return text;
}

std::string_view after_phrase(std::string_view text) {
  std::size_t limit = text.size();
  for (int phrases = 0; limit >= kPhrase.size() && phrases < kMostPhrases; ++phrases) {
    const auto found = std::find_end(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(limit), kPhrase.begin(),
                                     kPhrase.end(), [](char a, char b) { return lower(a) == b; });
    if (found == text.begin() + static_cast<std::ptrdiff_t>(limit)) return {};
    const auto at = static_cast<std::size_t>(found - text.begin());
    const std::size_t end = at + kPhrase.size();
    if (at == 0 || !letter(text[at - 1])) {
      // The line is looked for only where there is a connector: a text may be one line of a million such words.
      if (const auto begin = behind_connector(text.substr(end))) {
        const std::string_view line = line_at(text, end);
        if (const auto rest = without_emphasis(line.substr(std::min(*begin, line.size()))); !rest.empty()) return rest;
        const std::size_t next = text.find_first_not_of(" \t\r\n*", end + line.size());
        if (next != std::string_view::npos) return without_emphasis(line_at(text, next));
      }
    }
    limit = at;
  }
  return {};
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) + 1 - begin);
}

std::vector<Marked> marked_answers(std::string_view text) {
  std::vector<Marked> found;
  const auto add = [&](std::string_view part, std::string_view rule) {
    if (!part.empty()) found.push_back({part, rule});
  };
  add(boxed(text), "boxed");
  add(after_hashes(text), "hash mark");
  add(after_phrase(text), "final-answer phrase");
  return found;
}

}  // namespace espalier::answers
