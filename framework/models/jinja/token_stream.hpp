#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/jinja/lexer.hpp"
#include "models/jinja/meter.hpp"

namespace espalier::jinja {

/// The tokens of a template, read from the left.
class TokenStream {
 public:
  explicit TokenStream(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  const Token& current() const { return tokens_[at_]; }
  const Token& behind() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  std::size_t line() const { return current().line; }
  Token take() {
    Token token = current();
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }

  bool is(TokenKind kind) const { return current().kind == kind; }
  bool is_sign(std::string_view sign) const { return is(TokenKind::sign) && current().text == sign; }
  bool is_word(std::string_view word) const { return is(TokenKind::name) && current().text == word; }
  bool skip_sign(std::string_view sign) { return is_sign(sign) && (take(), true); }
  bool skip_word(std::string_view word) { return is_word(word) && (take(), true); }

  void expect_sign(std::string_view sign) {
    if (!skip_sign(sign)) fail("`" + std::string(sign) + "` is due before " + describe(current()));
  }
  void expect_word(std::string_view word) {
    if (!skip_word(word)) fail("`" + std::string(word) + "` is due before " + describe(current()));
  }
  void expect(TokenKind kind) {
    if (!is(kind)) fail(describe({kind, 0, {}}) + " is due before " + describe(current()));
    take();
  }
  std::string expect_name(std::string_view what) {
    if (!is(TokenKind::name)) fail(std::string(what) + " is due before " + describe(current()));
    return take().text;
  }

  [[noreturn]] void fail(const std::string& why) const { throw TemplateError(line(), why); }

 private:
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace espalier::jinja
