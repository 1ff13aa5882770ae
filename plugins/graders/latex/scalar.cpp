#include "scalar.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>
#include <tuple>
#include <utility>

#include "formula.hpp"
#include "numeric.hpp"
#include "vocabulary.hpp"
#include "words.hpp"

namespace espalier::latex {
namespace {

constexpr int kPoints = 3;
constexpr int kMostPoints = 6;

/// Values at the first points where there are any, as a canonical form for what has no normal one.
std::optional<std::string> fingerprint(const Node& formula, Meter& meter) {
  const bool constant = is_constant(formula);
  std::string text;
  int found = 0;
  for (int point = 0; point < (constant ? 1 : kMostPoints) && found < kPoints; ++point) {
    const auto value = value_at(formula, point, meter);
    if (!value) continue;
    text += (found++ == 0 ? "~" : "; ") + spelled(*value);
  }
  if (found < (constant ? 1 : kPoints)) return std::nullopt;
  return text;
}

/// The canonical form, and whether it is a normal form.
std::pair<std::string, bool> canonical_form(const Node& formula, Meter& meter) {
  if (formula.op == Op::number) return {answers::canonical(formula.number), true};
  std::optional<std::string> spelling;
  try {
    const Exact value = exact(formula, meter);
    spelling = spelled(value);
    if (value.complete()) return {*spelling, true};
  } catch (const Inexact&) {
    // No normal form: values at points may still tell.
  }
  if (auto values = fingerprint(formula, meter)) return {std::move(*values), false};
  return {spelling ? std::move(*spelling) : spelled(formula), false};
}

constexpr auto kCurrencies = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"$", "dollar"}, {"euro", "euro"}, {"pounds", "pound"}, {"yen", "yen"}});
constexpr auto kOrdinals = std::to_array<std::string_view>({"st", "nd", "rd", "th"});

std::string_view currency(const Token& token) {
  for (const auto& [command, name] : kCurrencies) {
    if (token.command(command)) return name;
  }
  return {};
}

bool ordinal(std::string_view text) { return std::find(kOrdinals.begin(), kOrdinals.end(), text) != kOrdinals.end(); }

/// Takes tokens off both ends of a value until only a formula is left.
class Stripping {
 public:
  explicit Stripping(std::span<const Token> tokens) {
    for (const Token& token : tokens) {
      if (token.kind != TokenKind::text) {
        tokens_.push_back(token);
        continue;
      }
      std::istringstream words(token.text);
      for (std::string word; words >> word;) tokens_.push_back({TokenKind::text, std::move(word), true});
    }
  }

  const std::vector<Token>& rest() const { return tokens_; }
  /// The power of ten of a percent sign or a word such as "million"; 0: there is none.
  int power() const { return power_; }
  /// Words in their one spelling, "cm" or "square ft"; empty: there are none.
  std::string unit() const {
    std::string all;
    for (auto part = units_.rbegin(); part != units_.rend(); ++part) all += (all.empty() ? "" : " ") + *part;
    return all;
  }

  void run() {
    front_currency();
    while (!tokens_.empty() && (take_power() || take_degrees() || take_ordinal() || take_word() || take_currency())) {
    }
  }

 private:
  const Token& last(std::size_t back = 0) const {
    static const Token nothing{TokenKind::symbol, "", false};
    return back < tokens_.size() ? tokens_[tokens_.size() - 1 - back] : nothing;
  }
  bool take(std::size_t count) {
    tokens_.resize(tokens_.size() - count);
    return true;
  }

  void front_currency() {
    const std::size_t sign = !tokens_.empty() && tokens_[0].symbol('-') ? 1 : 0;
    if (tokens_.size() < 2 + sign) return;
    if (const auto name = currency(tokens_[sign]); !name.empty()) {
      units_.emplace_back(name);
      tokens_.erase(tokens_.begin() + static_cast<std::ptrdiff_t>(sign));
    }
  }

  bool take_currency() {
    const auto name = currency(last());
    if (name.empty()) return false;
    units_.emplace_back(name);
    return take(1);
  }

  bool take_power() {
    const bool sign = last().symbol('%') || last().is(TokenKind::text, "%");
    const bool word = last().kind == TokenKind::word || last().kind == TokenKind::text;
    const auto power = sign ? kPercent : word ? answers::power_named(last().text) : std::nullopt;
    if (!power || tokens_.size() < 2 || power_ != 0) return false;
    power_ = *power;
    return take(1);
  }

  /// "^\circ", "^{\circ}", "\circ", and each with C or F behind it.
  bool take_degrees() {
    const std::size_t scale = last().kind == TokenKind::letter && (last().text == "C" || last().text == "F") ? 1 : 0;
    std::size_t length = 0;
    if (last(scale).command("circ")) length = last(scale + 1).symbol('^') ? 2 : 1;
    if (last(scale).symbol('}') && last(scale + 1).command("circ") && last(scale + 2).symbol('{') &&
        last(scale + 3).symbol('^'))
      length = 4;
    // In "\sin 15^\circ" the degrees belong to the angle and not to the value.
    const bool of_value = std::none_of(tokens_.begin(), tokens_.end(), [](const Token& token) {
      return token.kind == TokenKind::command && is_function(token.text);
    });
    if (length == 0 || !of_value || tokens_.size() <= length + scale) return false;
    units_.emplace_back(scale == 1 ? "degree " + last().text : "degree");
    return take(length + scale);
  }

  /// "3rd", "3^{\text{rd}}", "n^{th}".
  bool take_ordinal() {
    const auto suffix = [&](std::size_t back) {
      if (last(back).kind == TokenKind::text || last(back).kind == TokenKind::word) return ordinal(last(back).text);
      return false;
    };
    const auto letters = [&](std::size_t back) {
      return last(back).kind == TokenKind::letter && !last(back).spaced &&
             ordinal(last(back + 1).text + last(back).text);
    };
    if (tokens_.size() > 1 && suffix(0)) return take(last(1).symbol('^') ? 2 : 1);
    if (letters(0) && last(2).kind == TokenKind::number) return take(2);
    if (!last().symbol('}')) return false;
    if (suffix(1) && last(2).symbol('{') && last(3).symbol('^')) return take(4);
    if (letters(1) && last(3).symbol('{') && last(4).symbol('^')) return take(5);
    return false;
  }

  /// A word that is a unit, with its power and the slash before it. Throws Unreadable where the words say more: "2
  /// hours 30 minutes", "10 a.m.".
  bool take_word() {
    std::size_t power = 0;
    if (last().kind == TokenKind::number && last(1).symbol('^')) power = 2;
    if (last().symbol('}') && last(1).kind == TokenKind::number && last(2).symbol('{') && last(3).symbol('^'))
      power = 4;
    const Token& word = last(power);
    if ((word.kind != TokenKind::word && word.kind != TokenKind::text) || tokens_.size() <= power + 1) return false;
    std::string lower;
    for (const char c : word.text) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (tells_time(lower) || std::isdigit(static_cast<unsigned char>(lower[0])) != 0)
      throw Unreadable("a date or a time is no number");
    std::string name(unit_name(lower).value_or(lower));
    if (power > 0) name += '^' + last(power == 2 ? 0 : 1).text;
    units_.push_back(std::move(name));
    take(power + 1);
    if (tokens_.size() > 1 && last().symbol('/')) {
      units_.emplace_back("per");
      take(1);
    }
    return true;
  }

  std::vector<Token> tokens_;
  int power_ = 0;
  std::vector<std::string> units_;  // from the last one to the first
};

/// "4210_5", "1A_{16}", "(101)_2".
std::optional<Meaning> numeral(std::span<const Token> tokens) {
  const auto mark = std::find_if(tokens.begin(), tokens.end(), [](const Token& token) { return token.symbol('_'); });
  if (mark == tokens.begin() || mark == tokens.end()) return std::nullopt;
  std::string digits;
  for (auto token = tokens.begin(); token != mark; ++token) {
    const bool digit = token->kind == TokenKind::number || token->kind == TokenKind::letter;
    if (digit)
      digits += token->text;
    else if (!token->symbol('(') && !token->symbol(')'))
      return std::nullopt;
  }
  std::string base;
  for (auto token = mark + 1; token != tokens.end(); ++token) {
    if (token->kind == TokenKind::number || token->kind == TokenKind::text)
      base += token->text;
    else if (!token->symbol('{') && !token->symbol('}'))
      return std::nullopt;
  }
  const bool has_digit = std::any_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!has_digit || base.empty() || base.size() > 2 || base.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  for (char& c : digits) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  Meaning meaning{.form = Meaning::Form::numeral};
  meaning.canonical = digits + '_' + base;
  return meaning;
}

void note_decimals(Meaning& meaning, std::span<const Token> tokens) {
  if (!tokens.empty() && (tokens[0].symbol('-') || tokens[0].symbol('+'))) tokens = tokens.subspan(1);
  if (tokens.size() != 1 || tokens[0].kind != TokenKind::number) return;
  const auto [places, significant] = answers::decimals(tokens[0].text);
  meaning.places = places;
  meaning.significant = significant;
}

}  // namespace

Meaning scalar(Node formula, Meter& meter) {
  Meaning meaning{.form = Meaning::Form::scalar};
  std::tie(meaning.canonical, meaning.exact) = canonical_form(formula, meter);
  meaning.formula = std::move(formula);
  return meaning;
}

Meaning text(std::span<const Token> tokens) {
  std::string words;
  bool gap = false;
  const auto append = [&](const std::string& part) {
    for (const char c : part) {
      const auto byte = static_cast<unsigned char>(c);
      if (std::isspace(byte) != 0) {
        gap = true;
      } else if (std::isalnum(byte) != 0 || byte >= 0x80 ||
                 std::string_view("+-*/^_=<>:|").find(c) != std::string_view::npos) {
        if (gap && !words.empty()) words += ' ';
        gap = false;
        words += static_cast<char>(std::tolower(byte));
      }
    }
  };
  for (const Token& token : tokens) {
    const bool stands_alone = token.kind == TokenKind::text || token.kind == TokenKind::command;
    gap = gap || token.spaced || stands_alone || token.kind == TokenKind::word;
    append(token.text);
    gap = gap || stands_alone;
  }
  Meaning meaning{.form = Meaning::Form::text};
  meaning.canonical = words;
  return meaning;
}

Meaning quantity(std::span<const Token> tokens, const Conventions& conventions, Meter& meter) {
  if (auto found = numeral(tokens)) return std::move(*found);
  Stripping stripping(tokens);
  stripping.run();
  const std::vector<Token>& rest = stripping.rest();
  Node node = formula(rest);
  const bool counts = stripping.power() != kPercent || conventions.percent != Percent::unit;
  const int power = counts ? stripping.power() : 0;
  if (power != 0 && node.op == Op::number)
    node.number = answers::shifted(node.number, power);
  else if (power != 0)
    node = Node::of(Op::product, {std::move(node), Node::of(answers::shifted(1, power))});
  Meaning meaning = scalar(std::move(node), meter);
  meaning.power = power;
  meaning.unit = stripping.unit();
  if (conventions.units == Units::compare && !meaning.unit.empty()) meaning.canonical += ' ' + meaning.unit;
  note_decimals(meaning, rest);
  return meaning;
}

bool has_sign(const Node& formula) {
  return formula.is_symbol("pm") || formula.is_symbol("mp") ||
         std::any_of(formula.parts.begin(), formula.parts.end(), has_sign);
}

Node with_sign(const Node& formula, int sign) {
  if (formula.is_symbol("pm")) return Node::of(Rational(sign));
  if (formula.is_symbol("mp")) return Node::of(Rational(-sign));
  Node changed = formula;
  for (Node& part : changed.parts) part = with_sign(part, sign);
  return changed;
}

}  // namespace espalier::latex
