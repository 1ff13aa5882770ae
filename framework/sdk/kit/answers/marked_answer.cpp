#include <algorithm>
#include <array>
#include <espalier/kit/answers/ascii.hpp>
#include <espalier/kit/answers/asides.hpp>
#include <espalier/kit/answers/clauses.hpp>
#include <espalier/kit/answers/denial.hpp>
#include <espalier/kit/answers/formulas.hpp>
#include <espalier/kit/answers/lists.hpp>
#include <espalier/kit/answers/marked_answer.hpp>
#include <espalier/kit/answers/wordings.hpp>
#include <optional>
#include <utility>

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

/// The last box of a text whose braces match.
std::optional<MarkedPart> last_box(std::string_view text) {
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
        return MarkedPart{trimmed(text.substr(begin, end - begin)), at, end + 1};
    }
    // Not closed: the boxes before it are closed only if they end before it, so the search goes on in the text before.
    text = text.substr(0, at);
  }
  return std::nullopt;
}

/// What the last boxes of a text hold that nothing denies: of one, or of a list of them.
std::string boxed(std::string_view text) {
  constexpr std::size_t most = 200;
  std::vector<MarkedPart> boxes;
  for (auto box = last_box(text); box && boxes.size() < most; box = last_box(text.substr(0, box->begin))) {
    const bool taken_back = denied(text, box->begin, box->end);
    if (taken_back && boxes.empty()) continue;
    if (taken_back || box->inside.empty()) break;
    if (!boxes.empty() && joint(text.substr(box->end, boxes.back().begin - box->end)) == Joint::none) break;
    boxes.push_back(*box);
  }
  std::reverse(boxes.begin(), boxes.end());
  return last_list(text, boxes, [](Joint joint, bool) { return joint != Joint::none; });
}

std::string_view after_hashes(std::string_view text) {
  const std::size_t at = text.rfind(kHashes);
  if (at == std::string_view::npos) return {};
  return trimmed(line_at(text, at + kHashes.size()));
}

/// The inside of the last "<answer>...</answer>" or its kin.
std::string_view tagged(std::string_view text) {
  constexpr auto tags = std::to_array<std::pair<std::string_view, std::string_view>>(
      {{"<answer>", "</answer>"}, {"<final_answer>", "</final_answer>"}, {"<choice>", "</choice>"}});
  std::string_view last;
  if (text.find("</") == std::string_view::npos) return last;  // most texts have none, and this is fast
  for (const auto& [opening, closing] : tags) {
    const std::size_t end = text.rfind(closing);
    const std::size_t begin = end == std::string_view::npos ? end : text.rfind(opening, end);
    if (begin == std::string_view::npos) continue;
    const std::string_view inside = trimmed(text.substr(begin + opening.size(), end - begin - opening.size()));
    if (last.empty() || inside.data() > last.data()) last = inside;
  }
  return last;
}

/// What follows the word "answer".
struct Connection {
  std::size_t begin = 0;  ///< of what is stated
  bool denied = false;    ///< "is not", "cannot be", "could be"
};

/// Where the answer begins in a text that follows the word "answer": behind a colon, an equals sign, a dash or "'s"
/// right there, or a form of "to be" in the same sentence and line.
std::optional<Connection> behind_connector(std::string_view line) {
  // Words of everyday length are all that matters.
  const auto near_word = [&](std::size_t at) {
    return word_at(line.substr(0, std::min(line.size(), at + kConnectorReach)), at);
  };
  for (const std::string_view beginning : {"'s ", "\u2019s ", " - ", " \u2013 ", " \u2014 "}) {
    if (line.starts_with(beginning)) return Connection{beginning.size(), false};
  }
  const std::size_t reach = std::min(line.size(), kConnectorReach);
  bool denied = false;
  for (std::size_t at = 0; at < reach; ++at) {
    if (line[at] == '\n') return {};
    if (line[at] == ':' || line[at] == '=') return Connection{at + 1, denied};
    if ((line[at] == '.' || line[at] == '?' || line[at] == '!') && (at + 1 == line.size() || line[at + 1] == ' '))
      return {};
    if (!letter(line[at])) continue;
    const std::string word = folded(near_word(at));
    std::size_t end = at + near_word(at).size();
    denied = denied || denies(word);
    at = end - 1;
    if (!kRefusals.contain(word) && !kAnswerVerbs.contain(word)) continue;
    // Only the word or sign behind the verb is of interest, and only in reach: blanks may go on for a million bytes.
    const auto next_in_reach = [&] {
      return line.substr(0, std::min(line.size(), end + kConnectorReach)).find_first_not_of(' ', end);
    };
    std::size_t next = next_in_reach();
    if (next != std::string_view::npos && denies(near_word(next))) {
      denied = true;
      end = next + near_word(next).size();
      next = next_in_reach();
    }
    const bool colon = next != std::string_view::npos && (line[next] == ':' || line[next] == '=');
    return Connection{colon ? next + 1 : end, denied};
  }
  return {};
}

/// What a denied statement is corrected to: "not 3 but 4", "not 3, it is 4"; empty where it is not.
std::string_view correction(std::string_view line) {
  const std::string_view sentence = first_sentence(line);
  for (const auto turn : kCorrections) {
    const std::size_t at = sentence.find(turn);
    if (at != std::string_view::npos)
      return line.substr(static_cast<std::size_t>(sentence.data() - line.data()) + at + turn.size());
  }
  return {};
}

/// Whether what stands before the word "answer" takes back what follows: "the wrong answer", "I do not think the
/// answer".
bool taken_back(std::string_view before) {
  constexpr int words = 6;
  std::size_t at = before.size();
  for (int word = 0; word < words; ++word) {
    while (at > 0 && before.size() - at < kConnectorReach && (before[at - 1] == ' ' || before[at - 1] == '*')) --at;
    const std::size_t end = at;
    while (at > 0 && end - at < kConnectorReach && in_word(before[at - 1])) --at;
    if (at == end) return false;  // the clause begins here
    const std::string said = folded(before.substr(at, end - at));
    if (kTurns.contain(said)) return false;
    if (denies(said) || kFaults.contain(said) || said == "doubt") return true;
  }
  return false;
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
    if ((at == 0 || !letter(text[at - 1])) && !taken_back(text.substr(0, at))) {
      // The line is looked for only where there is a connector: a text may be one line of a million such words.
      if (const auto found_at = behind_connector(text.substr(end))) {
        const std::string_view line = line_at(text, end);
        const std::string_view said = line.substr(std::min(found_at->begin, line.size()));
        if (const auto rest = without_emphasis(found_at->denied ? correction(said) : said); !rest.empty()) return rest;
        const std::size_t next = text.find_first_not_of(" \t\r\n*", end + line.size());
        if (!found_at->denied && next != std::string_view::npos) return without_emphasis(line_at(text, next));
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

std::string_view statement(std::string_view part) { return first_sentence(without_aside(part)); }

std::vector<Marked> marked_answers(std::string_view text) {
  std::vector<Marked> found;
  const auto add = [&](std::string part, std::string_view rule) {
    if (!part.empty()) found.push_back({std::move(part), rule});
  };
  add(boxed(text), "boxed");
  add(std::string(tagged(text)), "answer tag");
  add(std::string(after_hashes(text)), "hash mark");
  add(std::string(after_phrase(text)), "final-answer phrase");
  return found;
}

}  // namespace espalier::answers
