#include <array>
#include <espalier/grader.hpp>
#include <espalier/kit/answers/clauses.hpp>
#include <espalier/kit/answers/letters.hpp>
#include <espalier/kit/answers/marked_answer.hpp>
#include <espalier/kit/answers/option_texts.hpp>
#include <espalier/plugin.hpp>
#include <utility>

namespace {

using espalier::Answer;
using espalier::Verdict;
using espalier::answers::Denials;
using espalier::answers::OptionTexts;

/// Compares the letters of options. The canonical form of an answer is its letter, a capital.
///
/// A letter counts only where the text names it, by the first of these rules that finds one (letters.hpp has their
/// grammars):
///
///     boxed, answer tag, hash mark,           what is marked (see marked_answer.hpp) begins with a letter: "B",
///     final-answer phrase                     "(b)", "**B**", "B) Paris", "\text{(B)}", "option B", "probably B"
///     whole text, last line                   that begins with a letter that a bracket, a full stop, a colon, a dash,
///                                             a reason ("B because") or its end closes
///     called correct                          the last "C is correct", "C is the right answer"
///     named option                            the last "option C", "choice (C)", "answer C"
///     bold                                    the last "**C**", "**(C)**", "**C) Paris**"
///     parentheses                             "(C)", in the last line that has any, when it has no other
///     closing letter                          "..., so C", "By elimination: C" at the end; the last "I pick C"
///     first label                             the label of a first line, "C) Paris", where no line has another one
///     option text                             the last line is an option's text, or its last sentence says that
///                                             something is: "The capital is Paris.", see option_texts.hpp
///
/// The article "a", the pronoun "I", letters of contractions ("I'd"), answers that name several letters and letters in
/// a clause that denies or doubts them ("not C", "C is wrong", "could be C", "C?", see clauses.hpp) are none. So is
/// what calls wrong the option that is asked for: "C is the false one".
/// Where the problem is known, and has its options' texts as attributes A, B, ..., what is marked may also be such a
/// text: "The answer is Paris". So may what follows "A:" in the last line, which stands for "answer" then.
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
    if (const auto letter = espalier::answers::listed_letter(espalier::answers::trimmed(gold)))
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
    if (line.starts_with("A:")) {
      if (const auto letter = options.letter_of(line.substr(2))) return answer(*letter, line, "option text");
    }
    if (const auto letter = espalier::answers::closing_line(text))
      return answer(*letter, line, line_end == std::string_view::npos ? "whole text" : "last line");
    using Rule = std::pair<std::string_view, std::optional<char> (*)(std::string_view, const Denials&)>;
    constexpr auto rules = std::to_array<Rule>({{"called correct", espalier::answers::correct_letter},
                                                {"named option", espalier::answers::named_option},
                                                {"bold", espalier::answers::bold_letter},
                                                {"parentheses", espalier::answers::bracketed_letter},
                                                {"closing letter", espalier::answers::closing_letter}});
    const Denials denials(text);
    for (const auto& [rule, seek] : rules) {
      if (const auto letter = seek(text, denials)) return answer(*letter, {&*letter, 1}, rule);
    }
    if (const auto letter = espalier::answers::opening_label(text))
      return answer(*letter, {&*letter, 1}, "first label");
    if (const auto letter = options.letter_of(line)) return answer(*letter, line, "option text");
    if (const auto letter = options.said_last(line)) return answer(*letter, line, "option text");
    return std::nullopt;
  }

  static Answer answer(char letter, std::string_view text, std::string_view rule) {
    return {std::string(text), {letter}, std::string(rule)};
  }
};

}  // namespace

ESPALIER_PLUGIN(ChoiceGrader, "Finds the letter of the option that a text chooses, by an explicit grammar.")
