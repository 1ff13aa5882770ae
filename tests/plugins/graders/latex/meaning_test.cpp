#include "latex/meaning.hpp"

#include <doctest/doctest.h>

#include <string>

#include "plugins/graders/latex/reading.hpp"

using namespace espalier::latex;
using espalier::testing::canonical;
using Form = Meaning::Form;

namespace {

Form form(std::string_view text) {
  const auto meaning = read(text, {});
  REQUIRE(meaning);
  return meaning->form;
}

}  // namespace

TEST_CASE("meaning: what an answer is") {
  CHECK(form("3/4") == Form::scalar);
  CHECK(form("x^2+1") == Form::scalar);
  CHECK(form("52_8") == Form::numeral);
  CHECK(form("\\text{east}") == Form::text);
  CHECK(form("(1,2)") == Form::ordered);
  CHECK(form("3:4") == Form::ordered);
  CHECK(form("\\{1,2\\}") == Form::unordered);
  CHECK(form("1, 2") == Form::unordered);
  CHECK(form("\\pm 2") == Form::unordered);
  CHECK(form("(0,1)\\cup(2,3)") == Form::choice_of);
  CHECK(form("x + y = 1") == Form::relation);
}

TEST_CASE("meaning: lists, sets and plus-minus are in one order") {
  CHECK(canonical("2, 1") == "{1, 2}");
  CHECK(canonical("1 \\text{ and } 2") == "{1, 2}");
  CHECK(canonical("\\{2,1,2\\}") == "{1, 2}");
  CHECK(canonical("2, 1, 2") == "{1, 2, 2}");  // a list says how often
  CHECK(canonical("\\pm 2") == "{-2, 2}");
  CHECK(canonical("\\pm 0") == "0");
  CHECK(canonical("1, \\pm 2") == "{-2, 1, 2}");
  CHECK(canonical("\\emptyset") == canonical("\\{\\}"));
}

TEST_CASE("meaning: tuples, intervals, vectors and matrices keep their order") {
  CHECK(canonical("(2, 1)") == "(2, 1)");
  CHECK(canonical("[2, 1)") == "[2, 1)");
  CHECK(canonical("\\langle 2, 1 \\rangle") == "(2, 1)");
  CHECK(canonical("[1, 2, 3]") == "(1, 2, 3)");  // three are no ends of an interval
  CHECK(canonical("\\begin{pmatrix} 2 \\\\ 1 \\end{pmatrix}") == "(2, 1)");
  CHECK(canonical("\\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}") == "2x2 (1, 2, 3, 4)");
  CHECK(canonical("\\begin{pmatrix} 1 & 2 \\end{pmatrix}") == "1x2 (1, 2)");
  CHECK(canonical("\\begin{vmatrix} 1 & 2 \\\\ 3 & 4 \\end{vmatrix}") == "determinant 2x2 (1, 2, 3, 4)");
  CHECK(canonical("\\begin{pmatrix} 1 & 2 \\\\ 3 \\end{pmatrix}") == "none");
}

TEST_CASE("meaning: unions are in one order, and infinity is never included") {
  CHECK(canonical("(2,3)\\cup(0,1)") == "(0, 1) U (2, 3)");
  CHECK(canonical("[-\\infty, 2]") == "(-infty, 2]");
  CHECK(canonical("x < 0 \\text{ or } x > 1") == "(-infty, 0) U (1, infty)");
}

TEST_CASE("meaning: names before an equals sign are left out where they distinguish nothing") {
  CHECK(canonical("x = 5") == "5");
  CHECK(canonical("f(x) = x + 1") == "x + 1");
  CHECK(canonical("x = 1 \\text{ or } x = 2") == "{1, 2}");
  CHECK(canonical("y = 2, x = 1") == "{x = 1, y = 2}");
  CHECK(canonical("\\angle ABC = 30") == "30");
}

TEST_CASE("meaning: texts are words without case, blanks and commands") {
  CHECK(canonical("\\text{No  solution.}") == canonical("\\emptyset"));
  CHECK(canonical("all real numbers") == canonical("\\mathbb{R}"));
  CHECK(canonical("\\text{No  answer.}") == "no answer");
  CHECK(canonical("\\textbf{(C)}") == canonical("C"));
  CHECK(canonical("2\\text{ hours 30 minutes}") == "2 hours 30 minutes");
  CHECK(canonical("\\text{May 5}") == "may 5");
  CHECK(canonical("10 \\text{ a.m.}") == canonical("10\\text{ AM}"));
  CHECK(canonical("3 \\pmod{7}") == canonical("3 \\pmod 7"));
}

TEST_CASE("meaning: a text that is a value, a quantity or a list of letters is read as that") {
  CHECK(canonical("\\text{5}") == "5");
  CHECK(canonical("\\text{5 units}") == "5");
  CHECK(canonical("\\text{B, A}") == canonical("A, B"));
  CHECK(canonical("\\text{AB}") == "ab");
}

TEST_CASE("meaning: what cannot be read") {
  CHECK(canonical("") == "none");
  CHECK(canonical("   ") == "none");
  CHECK(canonical("(1, 2") == "none");
  CHECK(canonical("(1]2[") == "none");
  CHECK(canonical(std::string(5'000, '1')) == "none");
  CHECK(canonical(std::string(300, ',') + "1") == "1");
}
