#include "option_texts.hpp"

#include <algorithm>
#include <array>

#include "ascii.hpp"
#include "marked_answer.hpp"

namespace espalier::answers {
namespace {

constexpr std::string_view kEmphasis = "*_$\"'`";
bool emphasis(char c) { return kEmphasis.find(c) != std::string_view::npos; }

/// Takes off what dresses a whole text: emphasis, quotes, dollar signs, \text{...}.
std::string_view undressed(std::string_view text) {
  constexpr std::array<std::string_view, 8> openings = {"\\text{",   "\\textbf{", "\\textit{", "\\textrm{",
                                                        "\\mathrm{", "\\mathbf{", "\\(",       "\\["};
  for (;;) {
    text = trimmed(text);
    if (text.size() < 2) return text;
    const bool same = text.front() == text.back() && emphasis(text.front());
    const auto opening =
        std::find_if(openings.begin(), openings.end(), [&](std::string_view each) { return text.starts_with(each); });
    if (same) {
      text = text.substr(1, text.size() - 2);
    } else if (opening != openings.end() && opening->back() == '{' && text.find('}') + 1 == text.size()) {
      text = text.substr(opening->size(), text.size() - opening->size() - 1);
    } else if (opening != openings.end() && opening->back() != '{' && text.size() >= 4 &&
               text[text.size() - 2] == '\\') {
      text = text.substr(2, text.size() - 4);
    } else {
      return text;
    }
  }
}

/// In small letters, with one blank between words and without signs that end a sentence.
std::string plain(std::string_view text) {
  text = undressed(text);
  while (!text.empty() && (std::string_view(".,;:!?").find(text.back()) != std::string_view::npos))
    text = undressed(text.substr(0, text.size() - 1));
  if (text.size() > 1 && text[0] == '$' && text[1] >= '0' && text[1] <= '9') text.remove_prefix(1);
  std::string words;
  for (const char c : text) {
    if (!blank(c))
      words += lower(c);
    else if (!words.empty() && words.back() != ' ')
      words += ' ';
  }
  return words;
}

/// Whether an option's text ends before `rest`.
bool ends_here(std::string_view rest) {
  constexpr std::array<std::string_view, 4> reasons = {" because ", " since ", " as ", " ("};
  while (!rest.empty() && emphasis(rest[0])) rest.remove_prefix(1);
  if (rest.empty()) return true;
  if (rest.size() > 2 && (rest[0] == ',' || rest[0] == ';'))
    return rest[1] == ' ' && letter(rest[2]);  // "3, 4" is a list
  if (rest.size() > 1 && std::string_view(".:!?").find(rest[0]) != std::string_view::npos) return rest[1] == ' ';
  return std::any_of(reasons.begin(), reasons.end(), [&](std::string_view each) { return rest.starts_with(each); });
}

}  // namespace

OptionTexts::OptionTexts(const std::map<std::string, std::string>& attributes) {
  for (const auto& [name, text] : attributes) {
    if (name.size() != 1 || name[0] < 'A' || name[0] > 'Z') continue;
    Option option{name[0], plain(text)};
    if (option.text.empty()) continue;
    longest_ = std::max(longest_, text.size());
    options_.push_back(std::move(option));
  }
}

std::optional<char> OptionTexts::letter_of(std::string_view part) const {
  constexpr std::size_t dressing = 64;
  if (options_.empty()) return std::nullopt;
  const std::string said = plain(part.substr(0, longest_ + dressing));
  std::optional<char> found;
  for (const Option& option : options_) {
    if (!said.starts_with(option.text) || !ends_here(std::string_view(said).substr(option.text.size()))) continue;
    if (found) return std::nullopt;
    found = option.letter;
  }
  return found;
}

}  // namespace espalier::answers
