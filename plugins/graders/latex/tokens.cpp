#include "tokens.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <espalier/kit/answers/ascii.hpp>
#include <espalier/kit/answers/thousands.hpp>
#include <utility>

#include "vocabulary.hpp"
#include "words.hpp"

namespace espalier::latex {
namespace {

using answers::digit;
using answers::Grouping;
using answers::letter;
/// What LaTeX reads as a blank.
bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '~'; }

/// Reads tokens from left to right, one method per kind of beginning.
class Tokenizer {
 public:
  explicit Tokenizer(std::string_view source)
      : source_(source), spaced_commas_(source.find(", ") != std::string_view::npos) {}

  std::vector<Token> all() {
    while (at_ < source_.size()) next();
    return std::move(tokens_);
  }

 private:
  char look(std::size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }
  std::string_view rest() const { return source_.substr(at_); }

  void add(TokenKind kind, std::string text) {
    tokens_.push_back({kind, std::move(text), std::exchange(spaced_, false)});
  }

  void next() {
    const char c = look();
    if (blank(c)) {
      spaced_ = true;
      ++at_;
    } else if (digit(c) || (c == '.' && (digit(look(1)) || repeats(at_ + 1)))) {
      number();
    } else if (letter(c)) {
      letters();
    } else if (c == '\\') {
      command();
    } else if (c == '$') {
      ++at_;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      unicode();
    } else {
      if (std::string_view("([{").find(c) != std::string_view::npos) ++depth_;
      if (std::string_view(")]}").find(c) != std::string_view::npos) --depth_;
      add(TokenKind::symbol, std::string(1, c));
      ++at_;
    }
  }

  /// Whether the repeating part of a decimal begins at `at`.
  bool repeats(std::size_t at) const {
    const auto rest = source_.substr(std::min(at, source_.size()));
    return rest.starts_with("\\overline") || rest.starts_with("\\bar");
  }

  void number() {
    std::string digits = run_of_digits();
    if (!digits.empty() && digits.size() <= 3 && digits[0] != '0') {
      auto grouping = Grouping::none;
      while (const std::size_t separator = thousands_separator(grouping)) {
        grouping = answers::separator_at(rest()).grouping;
        at_ += separator;
        digits += run_of_digits();
      }
    }
    if (look() == '.' && (digit(look(1)) || repeats(at_ + 1))) {
      ++at_;
      digits += '.' + run_of_digits();
    }
    add(TokenKind::number, std::move(digits));
    power_of_ten();
  }

  /// "e3" right behind a number, as programs write it.
  void power_of_ten() {
    if (look() != 'e' && look() != 'E') return;
    const bool sign = look(1) == '-' || look(1) == '+';
    std::size_t end = sign ? 2 : 1;
    while (digit(look(end))) ++end;
    if (!digit(look(end - 1)) || letter(look(end)) || look(end) == '.') return;
    const bool negative = look(1) == '-';
    at_ += sign ? 2 : 1;
    add(TokenKind::command, "cdot");
    add(TokenKind::number, "10");
    for (const char* const each : {"^", "{"}) add(TokenKind::symbol, each);
    if (negative) add(TokenKind::symbol, "-");
    add(TokenKind::number, run_of_digits());
    add(TokenKind::symbol, "}");
  }

  std::string run_of_digits() {
    const std::size_t begin = at_;
    while (digit(look())) ++at_;
    return std::string(source_.substr(begin, at_ - begin));
  }

  /// Length of the separator that stands before a group of exactly three digits, of the kind of those before it; 0:
  /// none does. In brackets lone spaces separate items, and lone commas where they are not followed by spaces.
  std::size_t thousands_separator(Grouping before) const {
    const auto found = answers::separator_at(rest());
    if (found.grouping == Grouping::none || (before != Grouping::none && before != found.grouping)) return 0;
    if (found.plain && depth_ > 0 && (found.grouping == Grouping::blank || !spaced_commas_)) return 0;
    const std::size_t group = found.bytes;
    const bool three =
        digit(look(group)) && digit(look(group + 1)) && digit(look(group + 2)) && !digit(look(group + 3));
    return three && look(group + 3) != '/' ? group : 0;
  }

  void letters() {
    const std::size_t begin = at_;
    while (letter(look())) ++at_;
    const std::string_view run = source_.substr(begin, at_ - begin);
    if (run.size() == 1) return add(unit_of_number(run) ? TokenKind::text : TokenKind::letter, std::string(run));
    if (const auto name = plain_name(run)) return add(TokenKind::command, std::string(*name));
    if (is_word(run)) return add(TokenKind::word, std::string(run));
    for (const char c : run) add(TokenKind::letter, std::string(1, c));
  }

  /// Whether a letter is the unit of all that stands before it: "5 m", "5 m/s".
  bool unit_of_number(std::string_view letter) const {
    const bool number = !tokens_.empty() && tokens_[0].kind == TokenKind::number &&
                        ((tokens_.size() == 1 && spaced_) ||
                         (tokens_.size() == 3 && tokens_[1].kind == TokenKind::text && tokens_[2].symbol('/')));
    const std::size_t next = source_.find_first_not_of(" .$", at_);
    return number && unit_name(letter) && (next == std::string_view::npos || source_[next] == '/');
  }

  void command() {
    ++at_;
    if (at_ == source_.size()) return;
    if (!letter(look())) return control_symbol();
    const std::size_t begin = at_;
    while (letter(look())) ++at_;
    const std::string_view name = source_.substr(begin, at_ - begin);
    if (is_sizing(name)) {
      if (look() == '.') ++at_;  // the invisible bracket of "\right."
      return;
    }
    if (is_spacing(name)) {
      spaced_ = true;
      return;
    }
    if (name == "begin" || name == "end") return add(name == "begin" ? TokenKind::begin : TokenKind::end, group());
    if (is_text_command(name) && group_follows()) return text(group());
    add(TokenKind::command, std::string(standard_name(name)));
  }

  void control_symbol() {
    const char c = source_[at_++];
    if (c == '{' || c == '}') depth_ += c == '{' ? 1 : -1;
    if (std::string_view(",!;: ").find(c) != std::string_view::npos)
      spaced_ = spaced_ || c != '!';
    else if (c == '%')
      add(TokenKind::symbol, "%");
    else if (c != '(' && c != ')' && c != '[' && c != ']')  // the marks of a formula
      add(TokenKind::command, std::string(1, c));
  }

  bool group_follows() const {
    const std::size_t next = source_.find_first_not_of(" \t\n", at_);
    return next != std::string_view::npos && source_[next] == '{';
  }

  /// The content of the group that follows, braces matched; the rest of the source when it is not closed.
  std::string group() {
    const std::size_t open = source_.find('{', at_);
    if (open == std::string_view::npos) return {};
    int depth = 0;
    for (std::size_t end = open; end < source_.size(); ++end) {
      if (source_[end] == '{') ++depth;
      if (source_[end] != '}' || --depth > 0) continue;
      at_ = end + 1;
      return std::string(source_.substr(open + 1, end - open - 1));
    }
    at_ = source_.size();
    return std::string(source_.substr(open + 1));
  }

  void text(const std::string& content) {
    const std::size_t begin = content.find_first_not_of(" \t\n~");
    if (begin == std::string::npos) {
      spaced_ = true;
      return;
    }
    const std::string inside = content.substr(begin, content.find_last_not_of(" \t\n~") + 1 - begin);
    if (inside.size() == 1 && letter(inside[0]) && !unit_name(inside))
      add(TokenKind::letter, inside);
    else if (const auto name = plain_name(inside))
      add(TokenKind::command, std::string(*name));
    else if (inside == "and" || inside == "or")
      add(TokenKind::word, inside);
    else
      add(TokenKind::text, inside);
  }

  void unicode() {
    if (const std::size_t blank = answers::blank_at(rest())) {
      spaced_ = true;
      at_ += blank;
    } else if (const auto known = unicode_sign(rest())) {
      at_ += known->bytes;
      if (known->latex.size() == 1)
        add(TokenKind::symbol, std::string(known->latex));
      else
        for (Token& token : Tokenizer(known->latex).all()) tokens_.push_back(std::move(token));
    } else {
      add(TokenKind::symbol, std::string(1, source_[at_++]));
    }
  }

  std::string_view source_;
  bool spaced_commas_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool spaced_ = false;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokens(std::string_view source) { return Tokenizer(source).all(); }

}  // namespace espalier::latex
