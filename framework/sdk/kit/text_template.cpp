#include <algorithm>
#include <espalier/kit/text_template.hpp>
#include <stdexcept>
#include <utility>

#include "base/text_place.hpp"
#include "base/utf8.hpp"

namespace espalier {
namespace {

constexpr std::size_t kLongestShown = 40;  // bytes of a name in a message

[[noreturn]] void fail(std::string_view spelling, std::size_t at, const std::string& what, const std::string& which) {
  const base::TextPlace place = base::place_of(spelling, at);
  throw std::invalid_argument("has " + what + " at line " + std::to_string(place.line) + ", column " +
                              std::to_string(place.column) + ", " + which);
}

bool admits(const std::string& known, std::string_view name) {
  constexpr std::string_view any = ":NAME";
  if (!known.ends_with(any)) return name == known;
  const std::string_view prefix = std::string_view(known).substr(0, known.size() - any.size() + 1);
  return name.starts_with(prefix) && name.size() > prefix.size();
}

std::string listing(TextTemplate::Names known) {
  std::ranges::sort(known);
  std::string text;
  for (const std::string& name : known) text += (text.empty() ? "{" : ", {") + name + "}";
  return text;
}

std::string shown(std::string_view name) {
  if (name.size() <= kLongestShown) return "{" + std::string(name) + "}";
  return "{" + base::to_utf8(std::string(name.substr(0, kLongestShown))) + "...}";
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The name of the place that is opened at `open`.
std::string_view place_name(std::string_view spelling, std::size_t open, const TextTemplate::Names& known) {
  const std::size_t close = spelling.find_first_of("{}\n", open + 1);
  if (close == std::string_view::npos || spelling[close] != '}')
    fail(spelling, open, "a {", "which is not closed; a brace of the text is written {{");
  const std::string_view name = spelling.substr(open + 1, close - open - 1);
  if (name.empty()) fail(spelling, open, "{}", "which names nothing; braces of the text are written {{ and }}");
  if (!known.empty() && std::ranges::none_of(known, [&](const std::string& one) { return admits(one, name); })) {
    fail(spelling, open, shown(name),
         "which is no place; known: " + listing(known) + "; braces of the text are written {{ and }}");
  }
  return name;
}

/// Whether a brace that follows `before` opens an argument of LaTeX: behind "\\frac", "\\" or "^", and behind "_" where
/// names are given, as names of any kind may stand in "id_{number}".
bool opens_argument(std::string_view before, bool names_given) {
  if (before.ends_with('^') || (names_given && before.ends_with('_'))) return true;
  while (!before.empty() && is_letter(before.back())) before.remove_suffix(1);
  return before.ends_with('\\');
}

}  // namespace

TextTemplate::TextTemplate(std::string_view spelling, const Names& known) {
  std::string text;
  std::size_t arguments = 0;    // of LaTeX that are open
  bool after_argument = false;  // which the next one may follow at once, as in \frac{1}{2}
  for (std::size_t at = 0; at < spelling.size(); ++at) {
    const char c = spelling[at];
    const bool doubled = at + 1 < spelling.size() && spelling[at + 1] == c;
    const bool closed = std::exchange(after_argument, false);
    if (c == '{' && !doubled && (closed || opens_argument(spelling.substr(0, at), !known.empty()))) {
      text += c;
      ++arguments;
    } else if (c == '}' && arguments > 0) {
      text += c;
      --arguments;
      after_argument = true;
    } else if ((c == '{' || c == '}') && doubled) {
      text += c;
      ++at;
    } else if (c == '}') {
      fail(spelling, at, "a }", "which closes nothing; a brace of the text is written }}");
    } else if (c == '{') {
      const std::string_view name = place_name(spelling, at, known);
      if (!text.empty()) parts_.push_back({std::move(text), false});
      text.clear();
      parts_.push_back({std::string(name), true});
      at += name.size() + 1;
    } else {
      text += c;
    }
  }
  if (!text.empty()) parts_.push_back({std::move(text), false});
}

std::optional<std::string> TextTemplate::fault(std::string_view spelling, const Names& known) {
  try {
    static_cast<void>(TextTemplate(spelling, known));
    return std::nullopt;
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

std::string TextTemplate::fill(const std::function<std::string(const std::string& name)>& value) const {
  std::string filled;
  for (const Part& part : parts_) filled += part.place ? value(part.text) : part.text;
  return filled;
}

std::vector<std::string> TextTemplate::names() const {
  std::vector<std::string> names;
  for (const Part& part : parts_) {
    if (part.place) names.push_back(part.text);
  }
  return names;
}

}  // namespace espalier
