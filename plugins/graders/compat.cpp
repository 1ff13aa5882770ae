#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <espalier/grader.hpp>
#include <espalier/kit/answers/marked_answer.hpp>
#include <espalier/kit/answers/rational.hpp>
#include <espalier/plugin.hpp>
#include <utility>

namespace {

using espalier::Answer;
using espalier::Verdict;
using espalier::answers::trimmed;

/// How the official loaders read gold answers.
enum class Golds { plain, math, mmlu };

bool digit(char c) { return c >= '0' && c <= '9'; }
bool word_sign(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
char upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }
bool blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

/// A number with an optional sign, dollar sign, commas and decimals at `at`; its end, or `at` where there is none.
std::size_t number_end(std::string_view text, std::size_t at) {
  std::size_t end = at;
  if (end < text.size() && (text[end] == '-' || text[end] == '+')) ++end;
  if (end < text.size() && text[end] == '$') ++end;
  if (end == text.size() || !digit(text[end])) return at;
  while (end < text.size() && (digit(text[end]) || text[end] == ',')) ++end;
  if (end + 1 < text.size() && text[end] == '.' && digit(text[end + 1])) {
    ++end;
    while (end < text.size() && digit(text[end])) ++end;
  }
  return end;
}

std::optional<double> to_double(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  const bool whole = end == text.data() + text.size() && !text.empty();
  if (!whole || error == std::errc::invalid_argument) return std::nullopt;
  return error == std::errc::result_out_of_range ? HUGE_VAL : value;
}

/// The official conversion: commas, a dollar sign and the words of a short list are dropped, a/b is divided, a percent
/// sign divides by 100, and anything else makes no number. Which words are on its list is not on record beyond their
/// being six; these stand for them.
std::optional<double> converted(std::string_view text) {
  constexpr std::array<std::string_view, 6> units = {"dollars", "dollar", "cents", "units", "degrees", "percent"};
  std::string plain;
  for (const char c : trimmed(text)) {
    if (c != ',' && c != '$') plain += c;
  }
  for (const std::string_view unit : units) {
    if (plain.ends_with(unit))
      plain.resize(trimmed(std::string_view(plain).substr(0, plain.size() - unit.size())).size());
  }
  if (plain.ends_with('%')) {
    const auto value = to_double(trimmed(std::string_view(plain).substr(0, plain.size() - 1)));
    return value ? std::optional(*value / 100) : std::nullopt;
  }
  if (const std::size_t slash = plain.find('/'); slash != std::string::npos) {
    const auto top = to_double(std::string_view(plain).substr(0, slash));
    const auto bottom = to_double(std::string_view(plain).substr(slash + 1));
    return top && bottom && *bottom != 0 ? std::optional(*top / *bottom) : std::nullopt;
  }
  return to_double(plain);
}

/// What stands behind the last "answer:" when that is a number, the word after it included; else the last number.
std::pair<std::string_view, std::string_view> stated_number(std::string_view text) {
  constexpr std::string_view phrase = "ANSWER";
  std::string_view behind;
  std::string_view last;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t end = number_end(text, at); end > at) {
      last = text.substr(at, end - at);
      at = end;
      continue;
    }
    const bool found = upper(text[at]) == 'A' && at + phrase.size() <= text.size() &&
                       std::equal(phrase.begin(), phrase.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                                  [](char a, char b) { return a == upper(b); });
    ++at;
    if (!found) continue;
    std::size_t next = at + phrase.size() - 1;
    while (next < text.size() && text[next] == ' ') ++next;
    if (next == text.size() || text[next] != ':') continue;
    ++next;
    while (next < text.size() && blank(text[next])) ++next;
    std::size_t end = number_end(text, next);
    if (end == next) continue;
    const std::size_t number = end;
    while (end < text.size() && text[end] == ' ') ++end;
    const std::size_t word = end;
    while (end < text.size() && std::isalpha(static_cast<unsigned char>(text[end])) != 0) ++end;
    behind = text.substr(next, (end > word ? end : number) - next);
  }
  return behind.empty() ? std::pair{last, std::string_view("last number")}
                        : std::pair{behind, std::string_view("number behind \"answer:\"")};
}

/// The first number of a text as a fraction, "a/b" or a decimal.
std::optional<espalier::answers::Rational> first_fraction(std::string_view text) {
  constexpr std::size_t longest = 400;
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::size_t end = number_end(text, at);
    if (end == at) continue;
    if (end - at > longest) return std::nullopt;
    std::string digits;
    int places = 0;
    bool point = false;
    for (const char c : text.substr(at, end - at)) {
      if (digit(c)) digits += c;
      places += point && digit(c) ? 1 : 0;
      point = point || c == '.';
    }
    const auto integer = [](std::string_view text_of) {
      text_of.remove_prefix(std::min(text_of.find_first_not_of('0'), text_of.size()));
      return text_of.empty() ? espalier::answers::Integer(0) : espalier::answers::Integer(std::string(text_of));
    };
    espalier::answers::Rational value(integer(digits), espalier::answers::power_of_ten(places));
    if (end + 1 < text.size() && text[end] == '/' && digit(text[end + 1])) {
      const std::size_t begin = ++end;
      while (end < text.size() && digit(text[end])) ++end;
      if (end - begin > longest) return std::nullopt;
      if (const auto bottom = integer(text.substr(begin, end - begin)); bottom != 0) value /= bottom;
    }
    return text[at] == '-' ? espalier::answers::Rational(-value) : value;
  }
  return std::nullopt;
}

/// The official letter of a text: the first of A to D anywhere behind "final answer", else the whole text, else the
/// first of them between two word boundaries; all in capitals, so that an article and the end of "I'd" count.
char first_letter(std::string_view text) {
  constexpr std::string_view phrase = "FINAL ANSWER";
  std::string capitals(trimmed(text));
  std::transform(capitals.begin(), capitals.end(), capitals.begin(), upper);
  if (const std::size_t at = capitals.find(phrase); at != std::string::npos) {
    const std::size_t found = capitals.find_first_of("ABCD", at + phrase.size());
    if (found != std::string::npos) return capitals[found];
  }
  for (std::size_t at = 0; at < capitals.size(); ++at) {
    const bool begins = at == 0 || !word_sign(capitals[at - 1]);
    const bool ends = at + 1 == capitals.size() || !word_sign(capitals[at + 1]);
    if (begins && ends && capitals[at] >= 'A' && capitals[at] <= 'D') return capitals[at];
  }
  return '\0';
}

bool is_letter(std::string_view gold) { return gold.size() == 1 && gold[0] >= 'A' && gold[0] <= 'D'; }

/// Judges like the official code of MASPRM, its defects included, so that differences to its tables can be explained;
/// written from a description of its behaviour. Not for results of one's own.
///
///     number      the one behind the last "answer:" (of "3 + 4 = 7" that is 3), else the last of the text
///     equality    |a - b| <= 1e-6 max(1, |b|); else, when the gold answer is a letter, that of the text as above;
///                 else the first numbers of both texts are compared, which accepts a text that begins with the gold
///                 number whatever it concludes; else both as texts
///     golds       plain: as they are. math: of the last box what stands before the first closing brace, without
///                 commands: \frac{a}{b} is a, 3\sqrt{13} is 313, and what is no number then is lost. mmlu: A is no
///                 answer.
///
/// The canonical form is the number, else the whole text: letters and words hardly ever agree in a vote.
class CompatGrader final : public espalier::Grader {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    Golds golds = field("golds", Golds::plain, "Whose loader's reading of gold answers is reproduced.",
                        {{"plain", Golds::plain}, {"math", Golds::math}, {"mmlu", Golds::mmlu}});
  };

  explicit CompatGrader(const Params& params) : golds_(params.golds) {}

  std::optional<Answer> extract(std::string_view text) const override {
    text = trimmed(text);
    if (text.empty()) return std::nullopt;
    const auto [number, rule] = stated_number(text);
    if (const auto value = converted(number)) return Answer{std::string(text), spelled(*value), std::string(rule)};
    return Answer{std::string(text), std::string(text), "whole text"};
  }

  std::optional<Answer> reference(std::string_view gold) const override {
    gold = trimmed(gold);
    if (golds_ == Golds::math) return math_gold(gold);
    if (golds_ == Golds::mmlu && gold == "A") return std::nullopt;
    if (const std::size_t hashes = gold.rfind("####"); hashes != std::string_view::npos)
      gold = trimmed(gold.substr(hashes + 4));
    if (gold.empty()) return std::nullopt;
    const auto value = converted(gold);
    return Answer{std::string(gold), value ? spelled(*value) : std::string(gold), "whole text"};
  }

  Verdict equal(const Answer& answer, const Answer& gold) const override {
    if (answer.canonical == gold.canonical) return {true, "The two are one number, or one text."};
    const auto value = to_double(answer.canonical);
    const auto wanted = to_double(gold.canonical);
    if (value && wanted && std::abs(*value - *wanted) <= 1e-6 * std::max(1.0, std::abs(*wanted)))
      return {true, "The numbers " + answer.canonical + " and " + gold.canonical + " are close."};
    if (is_letter(gold.text)) {
      const char letter = first_letter(answer.text);
      return {letter == gold.text[0],
              letter == '\0' ? "No letter was found." : std::string("The first letter that counts is ") + letter + '.'};
    }
    const auto first = first_fraction(answer.text);
    const auto first_wanted = first_fraction(gold.text);
    if (first && first_wanted) return {*first == *first_wanted, "The first number of each text was compared."};
    return {answer.text == gold.text, "The texts were compared."};
  }

  bool agree(const Answer& one, const Answer& other) const override { return one.canonical == other.canonical; }

 private:
  static std::optional<Answer> math_gold(std::string_view gold) {
    constexpr std::string_view box = "\\boxed{";
    if (const std::size_t at = gold.rfind(box); at != std::string_view::npos) gold = gold.substr(at + box.size());
    gold = gold.substr(0, gold.find('}'));
    std::string digits;
    for (std::size_t at = 0; at < gold.size(); ++at) {
      if (gold[at] == '\\') {  // a command, by its name
        ++at;
        while (at + 1 < gold.size() && std::isalpha(static_cast<unsigned char>(gold[at + 1])) != 0) ++at;
      } else if (gold[at] != '{' && gold[at] != ',' && gold[at] != '_' && gold[at] != '$') {
        digits += gold[at];
      }
    }
    digits = trimmed(digits);
    const auto value = to_double(digits);
    if (!value) return std::nullopt;
    return Answer{digits, spelled(*value), "digits of the box"};
  }

  /// The shortest decimal without an exponent that reads as the same double.
  static std::string spelled(double value) {
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    if (value == 0) return "0";
    std::array<char, 400> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed).ptr;
    return {digits.data(), end};
  }

  Golds golds_;
};

}  // namespace

ESPALIER_PLUGIN(CompatGrader, "Judges like the official code of MASPRM, its defects included, to explain differences.")
