#include <algorithm>
#include <array>
#include <espalier/kit/answers/ascii.hpp>
#include <espalier/kit/answers/clauses.hpp>
#include <espalier/kit/answers/marked_answer.hpp>
#include <espalier/kit/answers/option_texts.hpp>
#include <espalier/kit/answers/thousands.hpp>

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
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t space = blank(text[at]) ? 1 : blank_at(text.substr(at));
    if (space == 0)
      words += lower(text[at]);
    else if (!words.empty() && words.back() != ' ')
      words += ' ';
    at += std::max<std::size_t>(space, 1);
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
  if (rest.size() > 1 && std::string_view(".:!").find(rest[0]) != std::string_view::npos) return rest[1] == ' ';
  return std::any_of(reasons.begin(), reasons.end(), [&](std::string_view each) { return rest.starts_with(each); });
}

/// Without the zeros that end decimals, and a point that would end them: "0.30 m" is "0.3 m", "5.0" is "5". Numbers of
/// several points, such as dates and versions, are left as they are.
std::string without_last_zeros(std::string_view text) {
  std::string value;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = static_cast<std::size_t>(std::find_if(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(),
                                                           [](char c) { return !digit(c) && c != '.'; }) -
                                              text.begin());
    std::string_view number = text.substr(at, end - at);
    const std::size_t point = number.find('.');
    if (digit(text[at]) && point != std::string_view::npos && point + 1 < number.size() &&
        number.find('.', point + 1) >= number.size() - 1) {
      const std::size_t digits = number.size() - (number.ends_with('.') ? 1 : 0);
      const std::size_t last = number.substr(0, digits).find_last_not_of('0');
      value += number.substr(0, last == point ? point : last + 1);
      value += number.substr(digits);
    } else {
      value += number;
    }
    if (end < text.size()) value += text[end];
    at = end + 1;
  }
  return value;
}

std::string value_of(std::string_view text) { return without_last_zeros(without_separators(text)); }

std::string_view last_sentence(std::string_view line) {
  const std::size_t end = line.find_last_not_of(" .!*_)\"'`$");
  for (std::size_t at = end; at != std::string_view::npos && at > 0; --at) {
    if (std::string_view(".!?").find(line[at]) != std::string_view::npos && at < end && line[at + 1] == ' ')
      return line.substr(at + 2);
  }
  return line;
}

bool copula(std::string_view word) {
  static constexpr std::array<std::string_view, 7> copulas = {"is", "was", "are", "be", "equals", "it's", "that's"};
  return std::find(copulas.begin(), copulas.end(), folded(word)) != copulas.end();
}

std::string_view without_article(std::string_view text) {
  text = trimmed(text);
  for (const std::string_view article : {"the ", "a ", "an "}) {
    if (text.starts_with(article)) return text.substr(article.size());
  }
  return text;
}

}  // namespace

OptionTexts::OptionTexts(const std::map<std::string, std::string>& attributes) {
  for (const auto& [name, text] : attributes) {
    if (name.size() != 1 || name[0] < 'A' || name[0] > 'Z') continue;
    Option option{name[0], plain(text), {}};
    if (option.text.empty()) continue;
    option.value = value_of(option.text);
    longest_ = std::max(longest_, text.size());
    options_.push_back(std::move(option));
  }
}

std::optional<char> OptionTexts::letter_of(std::string_view part) const {
  constexpr std::size_t dressing = 64;
  if (options_.empty()) return std::nullopt;
  std::string said = plain(part.substr(0, longest_ + dressing));
  if (part.size() > longest_ + dressing) said += '\0';  // goes on
  if (const auto found = only_named(said, &Option::text)) return found;
  const bool named = std::any_of(options_.begin(), options_.end(), [&](const Option& option) {
    return said.starts_with(option.text) && ends_here(std::string_view(said).substr(option.text.size()));
  });
  return named ? std::nullopt : only_named(value_of(said), &Option::value);
}

std::optional<char> OptionTexts::said_last(std::string_view line) const {
  constexpr std::size_t reach = 256;
  if (options_.empty() || line.ends_with('?')) return std::nullopt;
  line = line.substr(line.size() - std::min(line.size(), longest_ + reach));
  const std::string_view sentence = last_sentence(line);
  std::optional<char> found;
  for (std::size_t at = 0; at < sentence.size();) {
    const std::string_view word = word_at(sentence, at);
    const bool says = copula(word) || sentence[at] == '=';
    at += std::max<std::size_t>(word.size(), 1);
    if (!says || Denials(sentence.substr(0, at)).cover(at - 1)) continue;
    const std::string_view rest = sentence.substr(at);
    auto letter = letter_of(rest);
    if (!letter) letter = letter_of(without_article(rest));
    if (letter && found && *letter != *found) return std::nullopt;
    if (letter) found = letter;
  }
  return found;
}

/// The letter of the one option that what is said names.
std::optional<char> OptionTexts::only_named(std::string_view said, std::string Option::*text) const {
  std::optional<char> found;
  for (const Option& option : options_) {
    if (!said.starts_with(option.*text) || !ends_here(said.substr((option.*text).size()))) continue;
    if (found) return std::nullopt;
    found = option.letter;
  }
  return found;
}

}  // namespace espalier::answers
