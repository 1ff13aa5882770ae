#include <algorithm>
#include <espalier/kit/answers/denial.hpp>
#include <espalier/kit/answers/formulas.hpp>
#include <espalier/kit/answers/marked_answer.hpp>
#include <optional>

namespace espalier::answers {
namespace {

struct Found {
  std::string_view inside;
  std::size_t begin = 0;  ///< of the opening mark
  std::size_t end = 0;    ///< behind the closing mark
};

/// The formula that begins at or after `from`. An unclosed mark begins none.
std::optional<Found> next_formula(std::string_view text, std::size_t from) {
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
    return Found{trimmed(text.substr(begin, end - begin)), at, end + close.size()};
  }
  return std::nullopt;
}

}  // namespace

std::string_view first_formula(std::string_view text) {
  const auto found = next_formula(text, 0);
  return found ? found->inside : std::string_view();
}

std::string_view last_formula(std::string_view text) {
  std::string_view last;
  for (auto found = next_formula(text, 0); found; found = next_formula(text, found->end)) {
    if (!found->inside.empty() && !denied(text, found->begin, found->end)) last = found->inside;
  }
  return last;
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
