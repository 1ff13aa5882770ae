#include "models/jinja/lexer.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/utf8.hpp"
#include "models/jinja/number_literal.hpp"
#include "models/jinja/number_text.hpp"
#include "models/jinja/string_literal.hpp"
#include "models/jinja/template_error.hpp"
#include "models/jinja/unicode.hpp"

namespace espalier::jinja {
namespace {

std::string with_plain_line_ends(std::string_view source) {
  std::string text;
  text.reserve(source.size());
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] != '\r') {
      text += source[i];
    } else {
      text += '\n';
      if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
    }
  }
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Lexer {
 public:
  explicit Lexer(std::string source) : source_(std::move(source)) {}

  std::vector<Token> run() {
    while (at_ < source_.size()) outside();
    add(TokenKind::end, {});
    return std::move(tokens_);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const { throw TemplateError(line_, why); }

  std::string_view rest() const { return std::string_view(source_).substr(at_); }
  bool ahead(std::string_view text) const { return rest().starts_with(text); }
  bool ahead_at(std::size_t at, std::string_view text) const {
    return std::string_view(source_).substr(std::min(at, source_.size())).starts_with(text);
  }

  void move_to(std::size_t at) {
    line_ += static_cast<std::size_t>(std::count(source_.begin() + static_cast<std::ptrdiff_t>(at_),
                                                 source_.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    at_ = at;
  }

  void add(TokenKind kind, std::string text) { tokens_.push_back({kind, line_, std::move(text)}); }

  std::size_t behind_spaces(std::size_t at) const {
    while (at < source_.size()) {
      std::size_t next = at;
      if (!is_space(next_character(source_, next))) break;
      at = next;
    }
    return at;
  }

  /// Where what follows a tag begins: behind white space after `-`, and for tags that are not printed behind one line
  /// end unless they say `+`. `at` is that of the closing bracket.
  std::size_t behind_tag(std::size_t at, char sign, bool trims_line_end) const {
    at += 2;
    if (sign == '-') return behind_spaces(at);
    if (sign != '+' && trims_line_end && at < source_.size() && source_[at] == '\n') ++at;
    return at;
  }

  /// The tag's sign before white space control's own place: `{%-`, `{%+`, or neither (0).
  char sign_at(std::size_t at) const {
    return at < source_.size() && (source_[at] == '-' || source_[at] == '+') ? source_[at] : '\0';
  }

  /// The text before a tag, which strips white space from its end as its sign says.
  void add_data(std::string_view text, char sign, bool strips_indent) {
    if (sign == '-') {
      while (!text.empty()) {
        const std::size_t before = previous_character(text, text.size());
        std::size_t next = before;
        if (!is_space(next_character(text, next))) break;
        text.remove_suffix(text.size() - before);
      }
    } else if (sign != '+' && strips_indent) {
      const std::size_t line_begin = text.rfind('\n') + 1;
      if ((line_begin > 0 || line_starting_) && only_spaces(text.substr(line_begin))) text = text.substr(0, line_begin);
    }
    if (!text.empty()) add(TokenKind::data, std::string(text));
  }

  static bool only_spaces(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      if (!is_space(next_character(text, at))) return false;
    }
    return true;
  }

  /// The text up to the next tag, and the tag.
  void outside() {
    std::size_t tag = at_;
    for (;; ++tag) {
      tag = source_.find('{', tag);
      if (tag == std::string::npos || tag + 1 >= source_.size()) {
        add(TokenKind::data, source_.substr(at_));
        return move_to(source_.size());
      }
      if (const char kind = source_[tag + 1]; kind == '{' || kind == '%' || kind == '#') break;
    }
    const char kind = source_[tag + 1], sign = sign_at(tag + 2);
    add_data(std::string_view(source_).substr(at_, tag - at_), sign, kind != '{');
    move_to(tag + (sign ? 3 : 2));
    if (kind == '#') return comment();
    if (kind == '%' && raw()) return;
    add(kind == '{' ? TokenKind::variable_begin : TokenKind::block_begin, {});
    inside(kind == '{');
  }

  /// Goes behind a tag whose closing bracket is at `end`.
  void leave_tag(std::size_t end, char sign, bool trims_line_end) {
    move_to(behind_tag(end, sign, trims_line_end));
    line_starting_ = source_[at_ - 1] == '\n';
  }

  void comment() {
    if (at_ == source_.size()) return;  // jinja2 lets this pass
    const std::size_t end = source_.find("#}", at_);
    if (end == std::string::npos) fail("the comment that begins here is not closed by `#}`");
    leave_tag(end, end > at_ ? sign_at(end - 1) : '\0', true);
  }

  /// Where a tag that says nothing but `word` ends, its bracket being at the place returned and its sign before it.
  std::optional<std::pair<std::size_t, char>> bare_tag(std::size_t at, std::string_view word, bool plus) const {
    at = behind_spaces(at);
    if (!ahead_at(at, word)) return std::nullopt;
    at = behind_spaces(at + word.size());
    const char sign = sign_at(at);
    if (sign == '+' && !plus) return std::nullopt;
    if (sign) ++at;
    if (!ahead_at(at, "%}")) return std::nullopt;
    return std::pair(at, sign);
  }

  bool raw() {
    const auto begin = bare_tag(at_, "raw", false);
    if (!begin) return false;
    leave_tag(begin->first, begin->second, false);
    if (at_ == source_.size()) return true;
    for (std::size_t tag = at_; (tag = source_.find("{%", tag)) != std::string::npos; ++tag) {
      const char sign = sign_at(tag + 2);
      const auto end = bare_tag(tag + (sign ? 3 : 2), "endraw", true);
      if (!end) continue;
      add_data(std::string_view(source_).substr(at_, tag - at_), sign, true);
      leave_tag(end->first, end->second, true);
      return true;
    }
    fail("the part that begins here is not closed by `{% endraw %}`");
  }

  /// The tokens of a tag, up to its end.
  void inside(bool variable) {
    const std::string_view close = variable ? "}}" : "%}";
    for (;;) {
      move_to(behind_spaces(at_));
      if (at_ >= source_.size()) return;  // the parser says what is missing
      if (open_.empty()) {
        const char sign = sign_at(at_);
        const bool signed_end = (sign == '-' || (sign == '+' && !variable)) && ahead_at(at_ + 1, close);
        if (signed_end || ahead(close)) {
          add(variable ? TokenKind::variable_end : TokenKind::block_end, {});
          return leave_tag(at_ + signed_end, signed_end ? sign : '\0', !variable);
        }
      }
      token();
    }
  }

  void token() {
    std::size_t next = at_;
    const char32_t first = next_character(source_, next);
    if (first < 0x80 && is_digit(static_cast<char>(first))) return number();
    if (is_name_character(first)) {
      while (next < source_.size()) {
        std::size_t behind = next;
        if (!is_name_character(next_character(source_, behind))) break;
        next = behind;
      }
      add(TokenKind::name, source_.substr(at_, next - at_));
      return move_to(next);
    }
    if (first == '\'' || first == '"') return string(static_cast<char>(first));
    sign();
  }

  void string(char quote) {
    std::size_t end = at_ + 1;
    while (end < source_.size() && source_[end] != quote) end += source_[end] == '\\' ? 2 : 1;
    if (end >= source_.size()) fail("the string that begins here is not closed");
    add(TokenKind::string, unescape(std::string_view(source_).substr(at_ + 1, end - at_ - 1), line_));
    move_to(end + 1);
  }

  void number() {
    const NumberLiteral literal = number_literal(source_, at_);
    add(literal.real ? TokenKind::real : TokenKind::integer, literal.digits);
    if (literal.real) {
      tokens_.back().real = parse_real(literal.digits).value();
    } else {
      const char *begin = literal.digits.data(), *end = begin + literal.digits.size();
      if (std::from_chars(begin, end, tokens_.back().integer, literal.base).ec != std::errc()) {
        fail("the number " + literal.digits + " leaves the range of 64 bits");
      }
    }
    move_to(literal.end);
  }

  void sign() {
    for (const std::string_view sign : {"//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[",
                                        "]",  "(",  ")",  "{",  "}",  ">",  "<", "=", ".", ":", "|", ",", ";"}) {
      if (!ahead(sign)) continue;
      balance(sign[0]);
      add(TokenKind::sign, std::string(sign));
      return move_to(at_ + sign.size());
    }
    const base::Utf8Part part = base::utf8_part(source_, at_);
    fail("the character `" + source_.substr(at_, part.length) + "` has no meaning in a tag");
  }

  void balance(char bracket) {
    if (bracket == '(') open_ += ')';
    if (bracket == '[') open_ += ']';
    if (bracket == '{') open_ += '}';
    if (bracket != ')' && bracket != ']' && bracket != '}') return;
    if (open_.empty()) fail(std::string("`") + bracket + "` closes nothing");
    if (open_.back() != bracket) fail(std::string("`") + bracket + "` stands where `" + open_.back() + "` is due");
    open_.pop_back();
  }

  std::string source_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  bool line_starting_ = true;  // nothing but an indent lies between the last line end and here
  std::vector<Token> tokens_;
  std::string open_;  // closing brackets that are due
};

}  // namespace

std::vector<Token> tokenize(std::string_view source) {
  if (const std::size_t bad = base::find_ill_formed(source); bad != std::string_view::npos) {
    const auto line = 1 + static_cast<std::size_t>(std::ranges::count(source.substr(0, bad), '\n'));
    throw TemplateError(line, "its text is no UTF-8");
  }
  return Lexer(with_plain_line_ends(source)).run();
}

std::string describe(const Token& token) {
  switch (token.kind) {
    case TokenKind::data:
      return "text";
    case TokenKind::variable_begin:
      return "`{{`";
    case TokenKind::variable_end:
      return "`}}`";
    case TokenKind::block_begin:
      return "`{%`";
    case TokenKind::block_end:
      return "`%}`";
    case TokenKind::string:
      return "a string";
    case TokenKind::end:
      return "the end of the template";
    default:
      return "`" + token.text + "`";
  }
}

}  // namespace espalier::jinja
