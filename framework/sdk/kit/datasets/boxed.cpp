#include <algorithm>
#include <array>
#include <cctype>
#include <espalier/kit/datasets/boxed.hpp>
#include <stdexcept>

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

[[noreturn]] void fail_cut_off() { throw std::invalid_argument("has a last \\boxed{...} that is cut off"); }

/// What a box holds whose command ends before `begin`; nothing where that is the beginning of a longer command.
std::optional<std::string> held(std::string_view text, std::size_t begin) {
  if (begin < text.size() && std::isalpha(static_cast<unsigned char>(text[begin])) != 0) return std::nullopt;
  const std::size_t first = text.find_first_not_of(kBlank, begin);
  if (first == std::string_view::npos) fail_cut_off();
  const bool braces = text[first] == '{';
  const std::size_t inside = braces ? first + 1 : first;
  const std::size_t end = braces ? group_end(text, inside) : text.find('$', inside);
  if (end == std::string_view::npos) fail_cut_off();
  return trimmed(text.substr(inside, end - inside));
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
    if (auto text = held(solution, end); text && !text->empty()) return text;
    limit = at;
  }
}

}  // namespace espalier::stored
