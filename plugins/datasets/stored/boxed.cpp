#include "boxed.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace espalier::stored {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kBlank) + 1 - begin));
}

/// The end of a group whose opening brace stands before `begin`; npos when it is never closed.
std::size_t group_end(std::string_view text, std::size_t begin) {
  int open = 1;
  for (std::size_t at = begin; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;  // \{ and \} are no braces
    } else if (text[at] == '{') {
      ++open;
    } else if (text[at] == '}' && --open == 0) {
      return at;
    }
  }
  return std::string_view::npos;
}

/// What a box holds whose command ends before `begin`.
std::optional<std::string> held(std::string_view text, std::size_t begin) {
  const std::size_t first = text.find_first_not_of(kBlank, begin);
  if (first == std::string_view::npos) return std::nullopt;
  if (text[first] == '{') {
    const std::size_t end = group_end(text, first + 1);
    if (end == std::string_view::npos) return std::nullopt;
    return trimmed(text.substr(first + 1, end - first - 1));
  }
  if (std::isalpha(static_cast<unsigned char>(text[begin])) != 0) return std::nullopt;  // a longer command
  const std::size_t end = text.find('$', first);
  if (end == std::string_view::npos) return std::nullopt;
  return trimmed(text.substr(first, end - first));
}

}  // namespace

std::optional<std::string> last_boxed(std::string_view solution) {
  constexpr std::array<std::string_view, 2> commands = {"\\boxed", "\\fbox"};
  for (std::size_t limit = solution.size();;) {
    std::size_t at = std::string_view::npos;
    std::size_t end = 0;
    for (const std::string_view command : commands) {
      const std::size_t found = limit == 0 ? std::string_view::npos : solution.rfind(command, limit - 1);
      if (found == std::string_view::npos || (at != std::string_view::npos && found < at)) continue;
      at = found;
      end = found + command.size();
    }
    if (at == std::string_view::npos) return std::nullopt;
    if (end < solution.size()) {
      if (auto text = held(solution, end); text && !text->empty()) return text;
    }
    limit = at;
  }
}

}  // namespace espalier::stored
