#include <espalier/grader.hpp>
#include <espalier/plugin.hpp>
#include <utility>

#include "answers/marked_answer.hpp"
#include "answers/numbers.hpp"

namespace {

using espalier::Answer;
using espalier::Verdict;
using espalier::answers::Number;
using espalier::answers::Rational;

enum class Percent { either, unit, hundredth };

/// Compares numbers exactly, as fractions.
///
/// Extraction looks at marked answers first (see marked_answer.hpp), then takes the last number of the text. In
/// "Answer: 3 + 4 = 7" the answer is what the last equals sign gives. Two numbers are equal when |a - b| <= tolerance *
/// max(1, |b|), b being the gold one. A percentage also equals its hundredth unless `percent` says otherwise; its
/// canonical form keeps the sign, so votes count "50%" and "0.5" apart.
class NumberGrader final : public espalier::Grader {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    double tolerance = field("tolerance", 1e-6,
                             "Largest difference from the gold number that counts as equal, relative to it"
                             " where it exceeds 1; 0: exactly equal fractions.",
                             espalier::between(0, 1));
    Percent percent = field("percent", Percent::either, "What 50% equals: 50 (unit), 0.5 (hundredth), or either.",
                            {{"either", Percent::either}, {"unit", Percent::unit}, {"hundredth", Percent::hundredth}});
  };

  explicit NumberGrader(const Params& params) : tolerance_(params.tolerance), percent_(params.percent) {}

  std::optional<Answer> extract(std::string_view text) const override {
    for (const auto& marked : espalier::answers::marked_answers(text)) {
      if (const auto number = stated(marked.text)) return answer(*number, marked.text, marked.rule);
    }
    const auto number = espalier::answers::last_number(text);
    if (!number) return std::nullopt;
    return answer(*number, text, "last number");
  }

  std::optional<Answer> reference(std::string_view gold) const override {
    const std::string_view whole = espalier::answers::trimmed(gold);
    if (const auto number = espalier::answers::next_number(whole, 0);
        number && number->begin == 0 && !more_digits(whole, number->end)) {
      return answer(*number, whole, "whole text");
    }
    for (const auto& marked : espalier::answers::marked_answers(gold)) {
      if (const auto number = stated(marked.text)) return answer(*number, marked.text, marked.rule);
    }
    return std::nullopt;
  }

  Verdict equal(const Answer& answer, const Answer& gold) const override {
    if (answer.canonical == gold.canonical) return {true, "both are " + gold.canonical};
    const auto found = espalier::answers::next_number(answer.canonical, 0);
    const auto wanted = espalier::answers::next_number(gold.canonical, 0);
    if (!found || !wanted) return {false, "one of the two is too long to compare"};
    if (close(found->value, wanted->value) && (found->percent == wanted->percent || percent_ != Percent::hundredth)) {
      return {true, answer.canonical + " is " + gold.canonical +
                        (found->percent == wanted->percent ? " within the tolerance" : "")};
    }
    if (found->percent != wanted->percent && close(hundredth(*found), hundredth(*wanted))) {
      return {true, answer.canonical + " is " + gold.canonical};
    }
    return {false, answer.canonical + " is not " + gold.canonical};
  }

 private:
  /// The number a marked part states: behind its last equals sign where it has one, else its first.
  static std::optional<Number> stated(std::string_view part) {
    if (const std::size_t equals = part.rfind('='); equals != std::string_view::npos) {
      if (auto number = espalier::answers::next_number(part, equals + 1)) return number;
    }
    return espalier::answers::next_number(part, 0);
  }

  static bool more_digits(std::string_view text, std::size_t from) {
    return text.find_first_of("0123456789", from) != std::string_view::npos;
  }

  static Rational hundredth(const Number& number) {
    return number.percent ? Rational(number.value / 100) : number.value;
  }

  bool close(const Rational& value, const Rational& wanted) const {
    const Rational size = boost::multiprecision::abs(wanted);
    return boost::multiprecision::abs(value - wanted) <= tolerance_ * (size > 1 ? size : Rational(1));
  }

  Answer answer(const Number& number, std::string_view text, std::string_view rule) const {
    std::string spelling = percent_ == Percent::hundredth ? espalier::answers::canonical(hundredth(number))
                                                          : espalier::answers::canonical(number.value);
    if (number.percent && percent_ == Percent::either) spelling += '%';
    return {std::string(text.substr(number.begin, number.end - number.begin)), std::move(spelling), std::string(rule)};
  }

  Rational tolerance_;
  Percent percent_;
};

}  // namespace

ESPALIER_PLUGIN(NumberGrader, "Finds the number a text answers with and compares it exactly, as a fraction.")
