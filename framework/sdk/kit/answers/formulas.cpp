#include <algorithm>
#include <espalier/kit/answers/asides.hpp>
#include <espalier/kit/answers/denial.hpp>
#include <espalier/kit/answers/formulas.hpp>
#include <espalier/kit/answers/lists.hpp>
#include <espalier/kit/answers/marked_answer.hpp>
#include <optional>

namespace espalier::answers {
namespace {

/// The formula that begins at or after `from`. An unclosed mark begins none.
std::optional<MarkedPart> next_formula(std::string_view text, std::size_t from) {
  for (std::size_t at = from; at + 1 < text.size(); ++at) {
    std::string_view close;
    std::size_t begin = at + 1;
    if (text[at] == '$') {
      close = text[at + 1] == '$' ? "$$" : "$";
      begin = at + close.size();
    } else if (text[at] == '\\' && (text[at + 1] == '(' || text[at + 1] == '[')) {
      close = text[at + 1] == '(' ? "\\)" : "\\]";
      begin = at + 2;
    } else {
      at += text[at] == '\\' ? 1 : 0;
      continue;
    }
    const std::size_t end = text.find(close, begin);
    if (end == std::string_view::npos) return std::nullopt;
    return MarkedPart{trimmed(text.substr(begin, end - begin)), at, end + close.size()};
  }
  return std::nullopt;
}

}  // namespace

std::string_view first_formula(std::string_view text) {
  const auto found = next_formula(text, 0);
  return found ? found->inside : std::string_view();
}

std::string last_formula(std::string_view text) {
  const std::size_t line = text.rfind('\n') + 1;
  const std::string_view stated = without_comparison(text.substr(line));
  std::vector<MarkedPart> parts;
  const auto collect = [&](std::string_view from) {
    for (auto found = next_formula(from, 0); found; found = next_formula(from, found->end)) {
      if (!found->inside.empty() && !denied(text, found->begin, found->end)) parts.push_back(*found);
    }
    return !parts.empty() && parts.back().begin >= line;
  };
  if (!collect(text.substr(0, line + stated.size())) && stated.size() < text.size() - line) {
    parts.clear();
    collect(text);
  }
  return last_list(text, parts, item_of_sentence);
}

std::string outside_formulas(std::string_view text) {
  std::string outside;
  std::size_t done = 0;
  for (auto found = next_formula(text, 0); found; found = next_formula(text, found->end)) {
    outside += text.substr(done, found->begin - done);
    outside += ' ';
    done = found->end;
  }
  outside += text.substr(done);
  return outside;
}

std::string_view first_sentence(std::string_view text) {
  for (std::size_t at = text.find('.'); at != std::string_view::npos; at = text.find('.', at + 1)) {
    const bool ends = at + 1 == text.size() || text[at + 1] == ' ' || text[at + 1] == '\n';
    if (ends) return trimmed(text.substr(0, at));
  }
  return trimmed(text);
}

}  // namespace espalier::answers
