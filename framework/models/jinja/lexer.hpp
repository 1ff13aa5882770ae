#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::jinja {

enum class TokenKind {
  data,  ///< text outside of tags, what the rules for white space leave of it
  variable_begin,
  variable_end,
  block_begin,
  block_end,
  name,
  string,  ///< its escapes resolved
  integer,
  real,
  sign,  ///< an operator or a bracket, its spelling in `text`
  end
};

struct Token {
  TokenKind kind;
  std::size_t line;
  std::string text;
  std::int64_t integer = 0;
  double real = 0;
};

/// Cuts a template into tokens, with jinja2's settings trim_blocks and lstrip_blocks and without the line end at the
/// end of the template. The last token is an `end`. Throws TemplateError.
std::vector<Token> tokenize(std::string_view source);

/// What a message calls the token.
std::string describe(const Token& token);

}  // namespace espalier::jinja
