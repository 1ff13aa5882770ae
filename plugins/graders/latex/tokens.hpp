#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace espalier::latex {

enum class TokenKind {
  number,   ///< digits with at most one point: "12", ".5", "0." before a repeating part
  letter,   ///< a single letter
  word,     ///< a run of letters that is no product of variables
  command,  ///< the name of a command or of a function: "frac", "sin", "pi", "{" for \{
  text,     ///< the content of \text{...} and its kin
  symbol,   ///< one other character
  begin,    ///< \begin{name}: the name
  end,      ///< \end{name}: the name
};

struct Token {
  TokenKind kind;
  std::string text;
  bool spaced = false;  ///< blanks stand before it

  bool is(TokenKind wanted, std::string_view spelling) const { return kind == wanted && text == spelling; }
  bool symbol(char c) const { return kind == TokenKind::symbol && text.size() == 1 && text[0] == c; }
  bool command(std::string_view name) const { return is(TokenKind::command, name); }
};

/// Splits an answer into tokens: LaTeX, plain text such as "sqrt(3)/2", or a mixture.
///
/// What has no meaning for an answer is left out: spacing commands, \left and \right, \displaystyle, dollar signs.
/// Common Unicode signs become their LaTeX commands. Thousands separators are joined: "10,\!080", "10{,}080", "10,080"
/// outside of brackets, and inside of them where other commas are followed by a blank. Never throws; unknown bytes
/// become symbols.
std::vector<Token> tokens(std::string_view source);

}  // namespace espalier::latex
