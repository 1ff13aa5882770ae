#include "latex/tokens.hpp"

#include <doctest/doctest.h>

#include <string>

using espalier::latex::Token;
using espalier::latex::TokenKind;

namespace {

/// The tokens of a text, each with a mark for its kind, blanks before them aside: "#12 \frac <cm>".
std::string split(std::string_view text) {
  std::string all;
  for (const Token& token : espalier::latex::tokens(text)) {
    all += all.empty() ? "" : " ";
    switch (token.kind) {
      case TokenKind::number:
        all += '#' + token.text;
        break;
      case TokenKind::command:
        all += '\\' + token.text;
        break;
      case TokenKind::word:
      case TokenKind::text:
        all += '<' + token.text + '>';
        break;
      case TokenKind::begin:
      case TokenKind::end:
        all += (token.kind == TokenKind::begin ? "begin:" : "end:") + token.text;
        break;
      case TokenKind::letter:
      case TokenKind::symbol:
        all += token.text;
    }
  }
  return all;
}

}  // namespace

TEST_CASE("tokens: numbers, and what groups their digits") {
  CHECK(split("12.50") == "#12.50");
  CHECK(split(".5") == "#.5");
  CHECK(split("5.") == "#5 .");
  CHECK(split("10,080") == "#10080");
  CHECK(split("10,\\!080") == "#10080");
  CHECK(split("10{,}080") == "#10080");
  CHECK(split("10\\,080") == "#10080");
  CHECK(split("1 234 567") == "#1234567");
  CHECK(split("1,23") == "#1 , #23");
  CHECK(split("0,123") == "#0 , #123");
  CHECK(split("1,2345") == "#1 , #2345");
  CHECK(split("1234,567") == "#1234 , #567");
}

TEST_CASE("tokens: in brackets a comma separates, unless other commas are followed by blanks") {
  CHECK(split("(1,234)") == "( #1 , #234 )");
  CHECK(split("(1,234, 5)") == "( #1234 , #5 )");
  CHECK(split("\\{1,234\\}") == "\\{ #1 , #234 \\}");
}

TEST_CASE("tokens: a repeating part keeps its point") {
  CHECK(split("0.\\overline{3}") == "#0. \\overline { #3 }");
  CHECK(split("0.1\\bar{6}") == "#0.1 \\overline { #6 }");
}

TEST_CASE("tokens: runs of letters are variables, functions or words") {
  CHECK(split("xy") == "x y");
  CHECK(split("sin x") == "\\sin x");
  CHECK(split("2pi") == "#2 \\pi");
  CHECK(split("5 cm") == "#5 <cm>");
  CHECK(split("no solution") == "<no> <solution>");
  CHECK(split("John") == "<John>");
}

TEST_CASE("tokens: what has no meaning is left out") {
  CHECK(split("\\left( 1 \\right)") == "( #1 )");
  CHECK(split("$\\displaystyle\\bigl[2\\bigr]$") == "[ #2 ]");
  CHECK(split("\\dfrac{1}{2}\\quad") == "\\frac { #1 } { #2 }");
  CHECK(split("\\left.x\\right.") == "x");
}

TEST_CASE("tokens: texts and environments are one token") {
  CHECK(split("\\text{ square cm }") == "<square cm>");
  CHECK(split("\\text{a {b} c}") == "<a {b} c>");
  CHECK(split("\\text{x}") == "x");
  CHECK(split("\\mathrm{sin}") == "\\sin");
  CHECK(split("\\text{   }") == "");
  CHECK(split("\\begin{pmatrix}1\\\\2\\end{pmatrix}") == "begin:pmatrix #1 \\\\ #2 end:pmatrix");
  CHECK(split("\\text{not closed") == "<not closed>");
}

TEST_CASE("tokens: signs of Unicode are commands") {
  CHECK(split("\u22123") == "- #3");
  CHECK(split("\u221a2") == "\\sqrt #2");
  CHECK(split("x\u00b2") == "x ^ { #2 }");
  CHECK(split("\u00bd") == "\\frac { #1 } { #2 }");
  CHECK(split("90\u00b0") == "#90 ^ \\circ");
  CHECK(split("\xff") == "\xff");
}

TEST_CASE("tokens: blanks before a token are remembered") {
  const auto found = espalier::latex::tokens("1 + 2");
  REQUIRE(found.size() == 3);
  CHECK_FALSE(found[0].spaced);
  CHECK(found[1].spaced);
  CHECK(found[2].spaced);
}
