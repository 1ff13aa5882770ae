#include <array>
#include <espalier/grader.hpp>
#include <espalier/plugin.hpp>
#include <utility>

#include "answers/letters.hpp"
#include "answers/marked_answer.hpp"
#include "answers/option_texts.hpp"

namespace {

using espalier::Answer;
using espalier::Verdict;
using espalier::answers::OptionTexts;

/// Compares the letters of options. The canonical form of an answer is its letter, a capital.
///
/// A letter counts only where the text names it, by the first of these rules that finds one:
///
///     boxed, hash mark, final-answer phrase   what is marked (see marked_answer.hpp) begins with a letter: "B",
///                                             "(b)", "**B**", "B) Paris", "\text{(B)}", "option B"
///     whole text, last line                   that begins with a letter that a bracket, a full stop or its end closes
///     named option                            the last "option C", "choice (C)"
///     bold                                    the last "**C**", "**(C)**", "**C) Paris**"
///     parentheses                             "(C)", in the last line that has any, when it has no other
///     closing letter                          "..., so C", "I pick C" at the end
///     option text                             the last line is an option's text, see option_texts.hpp
///
/// The article "a", the pronoun "I", letters of contractions ("I'd") and answers that name several letters are none.
/// Where the problem is known, and has its options' texts as attributes A, B, ..., what is marked may also be such a
/// text: "The answer is Paris".
class ChoiceGrader final : public espalier::Grader {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
  };

  explicit ChoiceGrader(const Params&) {}

  std::optional<Answer> extract(std::string_view text) const override { return find(text, {}); }

  std::optional<Answer> answer_to(const espalier::Problem& problem, std::string_view text) const override {
    return find(text, OptionTexts(problem.attributes));
  }

  std::optional<Answer> reference(std::string_view gold) const override {
    if (const auto letter = listed(espalier::answers::trimmed(gold)))
      return answer(*letter, espalier::answers::trimmed(gold), "whole text");
    for (const auto& marked : espalier::answers::marked_answers(gold)) {
      if (const auto letter = espalier::answers::leading_letter(marked.text))
        return answer(*letter, marked.text, marked.rule);
    }
    return std::nullopt;
  }

  Verdict equal(const Answer& answer, const Answer& gold) const override {
    const bool same = answer.canonical == gold.canonical;
    return {same, "By the rule \"" + answer.rule + "\" the answer is " + answer.canonical +
                      (same ? ", as is the gold one." : ", the gold one " + gold.canonical + '.')};
  }

 private:
  static std::optional<Answer> find(std::string_view text, const OptionTexts& options) {
    for (const auto& marked : espalier::answers::marked_answers(text)) {
      if (const auto letter = espalier::answers::leading_letter(marked.text))
        return answer(*letter, marked.text, marked.rule);
      if (const auto letter = options.letter_of(marked.text)) return answer(*letter, marked.text, marked.rule);
    }
    text = espalier::answers::trimmed(text);
    const std::size_t line_end = text.rfind('\n');
    const std::string_view line = line_end == std::string_view::npos ? text : text.substr(line_end + 1);
    if (const auto letter = listed(line))
      return answer(*letter, line, line_end == std::string_view::npos ? "whole text" : "last line");
    using Rule = std::pair<std::string_view, std::optional<char> (*)(std::string_view)>;
    constexpr auto rules = std::to_array<Rule>({{"named option", espalier::answers::named_option},
                                                {"bold", espalier::answers::bold_letter},
                                                {"parentheses", espalier::answers::bracketed_letter},
                                                {"closing letter", espalier::answers::closing_letter}});
    for (const auto& [rule, seek] : rules) {
      if (const auto letter = seek(text)) return answer(*letter, {&*letter, 1}, rule);
    }
    if (const auto letter = options.letter_of(line)) return answer(*letter, line, "option text");
    return std::nullopt;
  }

  /// The letter of "C", "(C)", "C. Paris", "C) Paris": with a sign that closes it, unless it stands alone. A sentence
  /// that begins with a letter names none.
  static std::optional<char> listed(std::string_view line) {
    const auto letter = espalier::answers::leading_letter(line);
    if (!letter) return std::nullopt;
    const std::size_t at = line.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    const std::size_t end = line.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", at);
    if (end == std::string_view::npos || end > at + 1) return letter;  // alone; or a word that takes a letter
    return line[end] == ' ' || line[end] == ',' ? std::nullopt : letter;
  }

  static Answer answer(char letter, std::string_view text, std::string_view rule) {
    return {std::string(text), {letter}, std::string(rule)};
  }
};

}  // namespace

ESPALIER_PLUGIN(ChoiceGrader, "Finds the letter of the option that a text chooses, by an explicit grammar.")
