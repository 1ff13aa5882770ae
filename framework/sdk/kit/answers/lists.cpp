#include <algorithm>
#include <array>
#include <espalier/kit/answers/ascii.hpp>
#include <espalier/kit/answers/clauses.hpp>
#include <espalier/kit/answers/lists.hpp>
#include <espalier/kit/answers/wordings.hpp>
#include <span>

namespace espalier::answers {
namespace {

/// What stands between the items of a list is not longer than this.
constexpr std::size_t kLongestGap = 80;
constexpr std::size_t kMostWords = 9;

bool one_of(char c, std::string_view signs) { return signs.find(c) != std::string_view::npos; }

/// The words and signs of a gap without its dressing; nothing where another sign stands in it.
bool undress(std::string_view gap, std::vector<std::string_view>& parts) {
  constexpr auto dressing = std::to_array<std::string_view>(
      {"text", "textbf", "textrm", "textit", "mathrm", "mbox", "quad", "qquad", "left", "right"});
  const auto in_name = [](char c) { return letter(c) || digit(c) || c == '_'; };
  for (std::size_t at = 0; at < gap.size();) {
    std::size_t end = at + 1;
    if (gap[at] == '\\') {
      while (end < gap.size() && letter(gap[end])) ++end;
      const std::string_view name = gap.substr(at + 1, end - at - 1);
      if (!name.empty() && std::find(dressing.begin(), dressing.end(), name) == dressing.end()) return false;
      at = name.empty() ? end + 1 : end;
    } else if (letter(gap[at])) {
      while (end < gap.size() && in_name(gap[end])) ++end;
      parts.push_back(gap.substr(at, end - at));
      at = end;
    } else if (one_of(gap[at], ",;&=:")) {
      parts.push_back(gap.substr(at++, 1));
    } else if (one_of(gap[at], " \t\r\n$*{}()[]~")) {
      if (gap.substr(at).starts_with("\n\n")) return false;
      ++at;
    } else {
      return false;
    }
  }
  return true;
}

/// Whether a word may name what is equal to it: x, x_1.
bool names(std::string_view word) { return word.size() == 1 ? letter(word[0]) : word.size() > 2 && word[1] == '_'; }

/// "x = " where that stands before a place, perhaps with the mark of a formula between.
std::string name_before(std::string_view text, std::size_t at) {
  const auto skip = [&](std::string_view signs) {
    while (at > 0 && one_of(text[at - 1], signs)) --at;
  };
  skip(" $(\\");
  if (at == 0 || text[at - 1] != '=') return {};
  --at;
  skip(" ");
  const std::size_t end = at;
  while (at > 0 && (letter(text[at - 1]) || digit(text[at - 1]) || one_of(text[at - 1], "_{}"))) --at;
  std::string name(text.substr(at, end - at));
  const bool part = at > 0 && one_of(text[at - 1], "\\+-*/^)");
  return names(name) && !part ? name + " = " : std::string();
}

/// The brackets around [begin, end) of a text, or nothing.
std::string_view brackets_around(std::string_view text, std::size_t begin, std::size_t end) {
  while (begin > 0 && one_of(text[begin - 1], " $")) --begin;
  while (end < text.size() && one_of(text[end], " $")) ++end;
  if (begin == 0 || end == text.size() || (begin > 1 && text[begin - 2] == '\\')) return {};
  for (const std::string_view pair : {"()", "[]", "(]", "[)"}) {
    if (text[begin - 1] == pair[0] && text[end] == pair[1]) return pair;
  }
  return {};
}

}  // namespace

Joint joint(std::string_view gap) {
  std::vector<std::string_view> parts;
  if (gap.size() > kLongestGap || !undress(gap, parts) || parts.empty() || parts.size() > kMostWords)
    return Joint::none;
  std::span<const std::string_view> rest(parts);
  if (rest.size() > 1 && rest.back() == "=" && names(rest[rest.size() - 2])) rest = rest.first(rest.size() - 2);
  const auto comma = [](std::string_view part) { return part == "," || part == ";"; };
  const auto word = [](std::string_view part) { return part == "and" || part == "or" || part == "&"; };
  if (rest.size() == 1 && comma(rest[0])) return Joint::comma;
  if (rest.size() == 1 ? word(rest[0]) : rest.size() == 2 && comma(rest[0]) && word(rest[1])) return Joint::word;
  if (!rest.empty() && (rest.back() == "=" || rest.back() == ":")) rest = rest.first(rest.size() - 1);
  bool joined = false;
  for (std::size_t k = 0; k < rest.size(); ++k) {
    if (word(rest[k]) && !joined)
      joined = true;
    else if (!(comma(rest[k]) && k + 1 < rest.size() && word(rest[k + 1])) &&
             (!letter(rest[k][0]) || word(rest[k]) || kConclusions.contain(folded(rest[k])) ||
              kSteps.contain(folded(rest[k]))))
      return Joint::none;
  }
  return joined ? Joint::phrase : Joint::none;
}

std::string last_list(std::string_view text, const std::vector<MarkedPart>& parts, bool (*wanted)(Joint, bool)) {
  constexpr std::size_t most = 200;
  if (parts.empty()) return {};
  std::size_t first = parts.size() - 1;
  while (first > 0 && parts.size() - first < most) {
    const MarkedPart& before = parts[first - 1];
    const std::string_view gap = text.substr(before.end, parts[first].begin - before.end);
    if (!wanted(joint(gap), first + 1 == parts.size())) break;
    --first;
  }
  const bool same = std::all_of(parts.begin() + static_cast<std::ptrdiff_t>(first), parts.end(),
                                [&](const MarkedPart& part) { return part.inside == parts.back().inside; });
  if (same) return std::string(parts.back().inside);
  std::string list;
  for (std::size_t k = first; k < parts.size(); ++k)
    list += (k > first ? ", " : "") + name_before(text, parts[k].begin) + std::string(parts[k].inside);
  const std::string_view brackets = brackets_around(text, parts[first].begin, parts.back().end);
  return brackets.empty() ? list : brackets[0] + list + brackets[1];
}

}  // namespace espalier::answers
