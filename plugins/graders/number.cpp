#include <espalier/grader.hpp>
#include <espalier/kit/answers/lists.hpp>
#include <espalier/kit/answers/marked_answer.hpp>
#include <espalier/kit/answers/numbers.hpp>
#include <espalier/plugin.hpp>
#include <utility>

namespace {

using espalier::Answer;
using espalier::Verdict;
using espalier::answers::Joint;
using espalier::answers::kPercent;
using espalier::answers::Number;
using espalier::answers::Percent;
using espalier::answers::Rational;
using espalier::answers::shifted;

/// Compares numbers exactly, as fractions.
///
/// Extraction looks at marked answers first (see marked_answer.hpp), then takes the last number of the text that is not
/// denied ("12 is wrong"). In "Answer: 3 + 4 = 7" the answer is what the last equals sign of the sentence gives; "12 or
/// 13", "12-13" and "3, 5, 8" are no answers. Two numbers are equal when they are the same; when one is a decimal of
/// enough digits that the other, no decimal or one of more digits, was rounded to or cut off at; and where a tolerance
/// is given when |a - b| <= tolerance * max(1, |b|), b being the gold one. Canonical forms are those of exactly equal
/// numbers, "50%" being 0.5: in a vote it stands with 1/2. "4 million" is 4,000,000, but a gold answer of 4 as well, and
/// the other way round.
class NumberGrader final : public espalier::Grader {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    double tolerance = field("tolerance", 0.0,
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
      for (const std::string_view part : {espalier::answers::statement(marked.text), std::string_view(marked.text)}) {
        const auto number = stated(part);
        if (!number) continue;
        if (leaves_open(part, *number)) return std::nullopt;
        return answer(*number, part, marked.rule);
      }
    }
    if (is_list(espalier::answers::trimmed(text))) return std::nullopt;
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

  /// Whether what stands around the number of a part leaves open which one is meant: "12 or 13", "12-13", "3, 5, 8",
  /// "x = 12 or x = 13".
  static bool leaves_open(std::string_view part, const Number& number) {
    const std::string_view rest = part.substr(number.end);
    const std::size_t at = std::min(rest.find_first_not_of(" $*)}"), rest.size());
    const bool range = rest.starts_with('-') || rest.starts_with("\u2013");
    const bool other = rest.substr(at).starts_with("or ");
    if (range || other) {
      const std::size_t from = range ? rest.find_first_of("0123456789") : at + 3;
      const auto next = espalier::answers::next_number(rest, std::min(from, rest.size()));
      if (next && next->begin <= from + 1) return true;
    }
    return begins_list(part, number) || ends_alternatives(part.substr(0, number.begin));
  }

  /// Whether nothing but further numbers follows one, and not the same: "3, 5 and 8."
  static bool begins_list(std::string_view part, const Number& number) {
    bool differ = false;
    std::size_t end = number.end;
    for (;;) {
      const auto next = espalier::answers::next_number(part, end);
      const std::string_view gap = part.substr(end, next ? next->begin - end : std::string_view::npos);
      if (!next) return differ && gap.find_first_not_of(" .!$*)}\\]") == std::string_view::npos;
      const auto joint = espalier::answers::joint(gap);
      if (joint != Joint::comma && joint != Joint::word) return false;
      differ = differ || next->value.compare(number.value) != 0;
      end = next->end;
    }
  }

  /// Whether a text is nothing but several numbers, perhaps under a name: "3, 5", "x = 3 or x = 5".
  static bool is_list(std::string_view text) {
    constexpr std::size_t longest = 1'000, longest_name = 8;
    if (text.size() > longest) return false;
    const auto first = espalier::answers::next_number(text, 0);
    if (!first) return false;
    const std::string_view before = espalier::answers::trimmed(text.substr(0, first->begin));
    const bool name = before.ends_with('=') && before.size() <= longest_name;
    return (name || before.find_first_not_of("$*") == std::string_view::npos) && begins_list(text, *first);
  }

  /// Whether a text ends in "3 or x =", before another number.
  static bool ends_alternatives(std::string_view before) {
    if (!before.ends_with("= ") && !before.ends_with('=')) return false;
    const std::size_t digit = before.find_last_of("0123456789");
    return digit != std::string_view::npos && espalier::answers::joint(before.substr(digit + 1)) == Joint::word;
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

  /// A decimal of enough digits against a number that is written as none, or with more digits.
  bool rounded(const Answer& answer, const Number& found, const Answer& gold, const Number& wanted) const {
    const auto stands_for = [&](const Answer& decimal, const Rational& its, const Answer& other,
                                const Rational& value) {
      const auto [places, significant] = espalier::answers::decimals(decimal.text);
      if (rounding_ == 0 || places == 0 || significant < rounding_) return false;
      if (const int more = espalier::answers::decimals(other.text).places; more > 0 && more <= places) return false;
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
