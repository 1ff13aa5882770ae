#include <espalier/grader.hpp>
#include <espalier/kit/answers/marked_answer.hpp>
#include <espalier/kit/answers/numbers.hpp>
#include <espalier/plugin.hpp>
#include <utility>

namespace {

using espalier::Answer;
using espalier::Verdict;
using espalier::answers::kPercent;
using espalier::answers::Number;
using espalier::answers::Percent;
using espalier::answers::Rational;
using espalier::answers::shifted;

/// Compares numbers exactly, as fractions.
///
/// Extraction looks at marked answers first (see marked_answer.hpp), then takes the last number of the text that is not
/// denied ("12 is wrong"). In "Answer: 3 + 4 = 7" the answer is what the last equals sign of the sentence gives; "12 or
/// 13" and "12-13" are no answers. Two numbers are equal when |a - b| <= tolerance * max(1, |b|), b being the gold one,
/// or when one is a decimal of enough digits that the other, no decimal, was rounded to or cut off at. Canonical forms
/// are those of exactly equal numbers, "50%" being 0.5: in a vote it stands with 1/2. "4 million" is 4,000,000, but a
/// gold answer of 4 as well, and the other way round.
class NumberGrader final : public espalier::Grader {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    double tolerance = field("tolerance", 1e-6,
                             "Largest difference from the gold number that counts as equal, relative to it"
                             " where it exceeds 1.",
                             espalier::between(0, 1));
    int rounding = field("rounding", 6,
                         "Digits from which on a decimal may stand for the number it was rounded or cut off from; 0:"
                         " never.",
                         espalier::between(0, 50));
    Percent percent =
        field("percent", Percent::either,
              "What 50% equals: 50 (unit), 0.5 (hundredth), or 0.5 and, where only one of answer and gold has the sign,"
              " 50 as well (either).",
              {{"either", Percent::either}, {"unit", Percent::unit}, {"hundredth", Percent::hundredth}});
  };

  explicit NumberGrader(const Params& params)
      : tolerance_(params.tolerance), rounding_(params.rounding), percent_(params.percent) {}

  std::optional<Answer> extract(std::string_view text) const override {
    for (const auto& marked : espalier::answers::marked_answers(text)) {
      for (const auto part : {espalier::answers::statement(marked.text), marked.text}) {
        const auto number = stated(part);
        if (!number) continue;
        if (leaves_open(part.substr(number->end))) return std::nullopt;
        return answer(*number, part, marked.rule);
      }
    }
    const auto number = espalier::answers::last_number(text);
    if (!number) return std::nullopt;
    return answer(*number, text, "last number");
  }

  std::optional<Answer> reference(std::string_view gold) const override {
    const std::string_view whole = espalier::answers::trimmed(gold);
    if (const auto number = espalier::answers::next_number(whole, 0);
        number && number->begin == 0 && !number->comma && !more_digits(whole, number->end)) {
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
    const std::string both = answer.canonical + " is " + gold.canonical;
    if (close(found->value, wanted->value)) return {true, both + " within the tolerance"};
    if (rounded(answer, *found, gold, *wanted)) return {true, both + " up to the last digit of the decimal"};
    const int of_answer = power_of(answer);
    const int of_gold = power_of(gold);
    if (may_be_left_out(of_answer, of_gold) &&
        close(shifted(found->value, -of_answer), shifted(wanted->value, -of_gold)))
      return {true, both + " where \"percent\" or \"million\" may be left out"};
    return {false, answer.canonical + " is not " + gold.canonical};
  }

 private:
  /// The number a marked part states: behind its last equals sign where it has one, else its first. What stands in
  /// brackets behind a number explains it: "15 (= 3 * 5)".
  static std::optional<Number> stated(std::string_view part) {
    if (const std::size_t bracket = part.find(" ("); more_digits(part.substr(0, std::min(bracket, part.size())), 0))
      part = part.substr(0, bracket);
    if (const std::size_t equals = part.rfind('='); equals != std::string_view::npos) {
      if (auto number = espalier::answers::next_number(part, equals + 1)) return number;
    }
    return espalier::answers::next_number(part, 0);
  }

  /// Whether what follows a number leaves open which one is meant: "12 or 13", "12-13".
  static bool leaves_open(std::string_view rest) {
    const std::size_t at = std::min(rest.find_first_not_of(" $*)}"), rest.size());
    const bool range = rest.starts_with('-') || rest.starts_with("\u2013");
    const bool other = rest.substr(at).starts_with("or ");
    if (!range && !other) return false;
    const std::size_t from = range ? rest.find_first_of("0123456789") : at + 3;
    const auto number = espalier::answers::next_number(rest, std::min(from, rest.size()));
    return number && number->begin <= from + 1;
  }

  static bool more_digits(std::string_view text, std::size_t from) {
    return text.find_first_of("0123456789", from) != std::string_view::npos;
  }

  /// The power of ten of what stands behind an answer's digits and counts.
  int power_of(const Answer& answer) const {
    const auto number = espalier::answers::next_number(answer.text, 0);
    return number ? counted(number->power) : 0;
  }
  int counted(int power) const { return power == kPercent && percent_ == Percent::unit ? 0 : power; }

  /// Whether one of two numbers has such a sign or word, which the other may mean all the same.
  bool may_be_left_out(int one, int other) const {
    const int power = one + other;
    return (one == 0) != (other == 0) && (power != kPercent || percent_ == Percent::either);
  }

  bool close(const Rational& value, const Rational& wanted) const {
    const Rational size = boost::multiprecision::abs(wanted);
    return boost::multiprecision::abs(value - wanted) <= tolerance_ * (size > 1 ? size : Rational(1));
  }

  /// A decimal of enough digits against a number that is written as none.
  bool rounded(const Answer& answer, const Number& found, const Answer& gold, const Number& wanted) const {
    const auto stands_for = [&](const Answer& decimal, const Rational& its, const Answer& other,
                                const Rational& value) {
      const auto [places, significant] = espalier::answers::decimals(decimal.text);
      if (rounding_ == 0 || significant < rounding_ || espalier::answers::decimals(other.text).places > 0) return false;
      return espalier::answers::shortens(its, value, shifted(1, power_of(decimal) - places));
    };
    return stands_for(answer, found.value, gold, wanted.value) || stands_for(gold, wanted.value, answer, found.value);
  }

  Answer answer(const Number& number, std::string_view text, std::string_view rule) const {
    std::string spelling = espalier::answers::canonical(shifted(number.value, counted(number.power)));
    return {std::string(text.substr(number.begin, number.end - number.begin)), std::move(spelling), std::string(rule)};
  }

  Rational tolerance_;
  int rounding_;
  Percent percent_;
};

}  // namespace

ESPALIER_PLUGIN(NumberGrader, "Finds the number a text answers with and compares it exactly, as a fraction.")
