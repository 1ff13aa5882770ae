#include <algorithm>
#include <espalier/grader.hpp>
#include <espalier/kit/answers/ascii.hpp>
#include <espalier/kit/answers/asides.hpp>
#include <espalier/kit/answers/denial.hpp>
#include <espalier/kit/answers/formulas.hpp>
#include <espalier/kit/answers/marked_answer.hpp>
#include <espalier/kit/answers/numbers.hpp>
#include <espalier/plugin.hpp>
#include <utility>

#include "latex/equality.hpp"
#include "latex/meaning.hpp"
#include "latex/words.hpp"

namespace {

using espalier::Answer;
using espalier::Verdict;
using espalier::latex::Meaning;
using espalier::latex::Percent;
using espalier::latex::Units;

/// Compares mathematical answers by their meaning.
///
/// Extraction takes the marked answer (see marked_answer.hpp), else a text of one line that is an answer as a whole,
/// else the last formula between dollar signs, \( \) or \[ \], else the last number; never what is denied. "1/3 \approx
/// 0.33" is 1/3, and 0.33 as well to a gold answer that says so.
///
/// Integers, rational numbers, sums of radicals, of powers of pi, e and i, and polynomials and quotients in variables
/// are compared exactly, by normal forms; other expressions by their values in 30 digits at fixed points. Tuples,
/// intervals, vectors and matrices are compared in order, sets, lists of answers and unions in any order. "x = 5" is 5.
/// A numeral with its base ("52_8") equals the same numeral with the same base only, a date or a time the same words.
/// "5 million" is 5,000,000, but a gold answer of 5 as well, and the other way round.
///
/// Not decided, hence unequal: factorials of more than 800, powers beyond some 2,400 digits, formulas of too many
/// terms. Not taken for equal: ratios and their lowest terms (3:4 could be a time), a list and a tuple of the same
/// parts.
class MathGrader final : public espalier::Grader {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    Percent percent =
        field("percent", Percent::either,
              "What 50% equals: 50 (unit), 0.5 (hundredth), or 0.5 and, where only one of answer and gold has the sign,"
              " 50 as well (either).",
              {{"either", Percent::either}, {"unit", Percent::unit}, {"hundredth", Percent::hundredth}});
    Units units = field("units", Units::ignore, "Whether units, degrees and currencies count.",
                        {{"ignore", Units::ignore}, {"compare", Units::compare}});
    double tolerance = field("tolerance", 0.0, "Largest difference that counts as equal, relative to the gold number.",
                             espalier::between(0, 1));
    int rounding = field("rounding", 6,
                         "Digits from which on a decimal may stand for the number it was rounded or cut off from; 0:"
                         " never.",
                         espalier::between(0, 50));
  };

  explicit MathGrader(const Params& params)
      : leniency_{.conventions = {params.percent, params.units},
                  .tolerance = espalier::latex::Rational(params.tolerance),
                  .rounding = params.rounding} {}

  std::optional<Answer> extract(std::string_view text) const override {
    for (const auto& marked : espalier::answers::marked_answers(text)) {
      if (auto found = marked.rule == "boxed" ? answer(marked.text, marked.rule) : stated(marked.text, marked.rule))
        return found;
    }
    text = espalier::answers::trimmed(text);
    if (auto found = whole_text(text)) return found;
    if (const auto formula = espalier::answers::last_formula(text); !formula.empty()) {
      if (auto found = answer(formula, "last formula")) return found;
    }
    if (const auto number = espalier::answers::last_number_list(text); !number.empty())
      return answer(number, "last number");
    return std::nullopt;
  }

  std::optional<Answer> reference(std::string_view gold) const override {
    const auto marked = espalier::answers::marked_answers(gold);
    if (!marked.empty() && marked[0].rule != "final-answer phrase") return answer(marked[0].text, marked[0].rule);
    return answer(espalier::answers::trimmed(gold), "whole text");
  }

  Verdict equal(const Answer& answer, const Answer& gold) const override {
    if (answer.canonical == gold.canonical) return {true, "Both are " + shown(gold.canonical) + '.'};
    const auto one = espalier::latex::read(answer.text, leniency_.conventions);
    const auto other = espalier::latex::read(gold.text, leniency_.conventions);
    if (!one || !other) return {false, shown(answer.canonical) + " is not " + shown(gold.canonical) + '.'};
    auto [equal, reason] = espalier::latex::compare(*one, *other, leniency_);
    constexpr std::size_t longest = 40;  // of a decimal that somebody would write
    if (const auto shorter = approximation(answer.text); !equal && !shorter.empty() && shorter.size() <= longest) {
      if (const auto read = espalier::latex::read(shorter, leniency_.conventions)) {
        if (auto [near, why] = espalier::latex::compare(*read, *other, leniency_); near) return {true, std::move(why)};
      }
    }
    return {equal, std::move(reason)};
  }

 private:
  static std::string shown(const std::string& canonical) {
    constexpr std::size_t longest = 60;
    return canonical.size() <= longest ? canonical : canonical.substr(0, longest) + "...";
  }

  std::optional<Answer> answer(std::string_view text, std::string_view rule) const {
    auto meaning = espalier::latex::read(text, leniency_.conventions);
    if (!meaning) return std::nullopt;
    return Answer{std::string(text), std::move(meaning->canonical), std::string(rule)};
  }

  /// What a phrase states: its statement as a whole where words only dress it, else the first formula in that.
  std::optional<Answer> stated(std::string_view phrase, std::string_view rule) const {
    const std::string_view statement =
        espalier::answers::trimmed(espalier::answers::without_comparison(espalier::answers::statement(phrase)));
    if (dresses(statement)) return answer(statement, rule);
    if (const auto formula = espalier::answers::first_formula(statement); !formula.empty()) {
      if (auto found = answer(formula, rule)) return found;
    }
    return answer(statement, rule);
  }

  /// One line that is a value, or a few words.
  std::optional<Answer> whole_text(std::string_view text) const {
    constexpr std::size_t longest = 200;
    constexpr std::ptrdiff_t most_blanks = 2;
    if (text.size() > longest || text.find('\n') != std::string_view::npos) return std::nullopt;
    if (!dresses(text) || espalier::answers::takes_back(text)) return std::nullopt;
    const auto meaning = espalier::latex::read(text, leniency_.conventions);
    if (!meaning) return std::nullopt;
    const auto sentence = [&](const Meaning& part) {
      return part.form == Meaning::Form::text && std::count(text.begin(), text.end(), ' ') > most_blanks;
    };
    if (sentence(*meaning) || std::any_of(meaning->parts.begin(), meaning->parts.end(), sentence)) return std::nullopt;
    return Answer{std::string(text), meaning->canonical, "whole text"};
  }

  /// Whether what stands beside the formulas of a line belongs to the answer: units, "and", "or"; or there are none.
  static bool dresses(std::string_view line) {
    if (espalier::answers::first_formula(line).empty()) return true;
    const std::string outside = espalier::answers::outside_formulas(line);
    for (std::size_t at = 0; at < outside.size();) {
      std::size_t end = at;
      while (end < outside.size() && espalier::answers::letter(outside[end])) ++end;
      const std::string_view word = std::string_view(outside).substr(at, end - at);
      const bool belongs = word.empty() || word == "and" || word == "or" || espalier::latex::unit_name(word) ||
                           espalier::answers::power_named(word);
      if (!belongs) return false;
      at = std::max(end, at + 1);
    }
    return true;
  }

  /// What stands behind the last "approximately" of an answer, which is a shorter spelling of what is before it.
  static std::string_view approximation(std::string_view text) {
    constexpr std::string_view command = "\\approx", sign = "\u2248";
    if (const std::size_t at = text.rfind(command); at != std::string_view::npos)
      return text.substr(at + command.size());
    const std::size_t at = text.rfind(sign);
    return at == std::string_view::npos ? std::string_view() : text.substr(at + sign.size());
  }

  espalier::latex::Leniency leniency_;
};

}  // namespace

ESPALIER_PLUGIN(MathGrader, "Compares mathematical answers in LaTeX or plain text by their meaning.")
