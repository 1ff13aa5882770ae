#include "latex/formula.hpp"

#include <doctest/doctest.h>

#include <string>

#include "plugins/graders/latex/reading.hpp"

using espalier::testing::tree;

TEST_CASE("formula: sums, products and powers bind as usual") {
  CHECK(tree("1+2x") == "(1 + (2*x))");
  CHECK(tree("-x^2") == "(-1*(x^2))");
  CHECK(tree("a/bc") == "(a*(b^-1)*c)");
  CHECK(tree("2^{10}") == "(2^10)");
  CHECK(tree("2**3") == "(2^3)");
  CHECK(tree("x^-1") == "(x^-1)");
  CHECK(tree("a \\times -2") == "(a*-2)");
  CHECK(tree("6/-x") == "(6*((-1*x)^-1))");
  CHECK(tree("(a+b)(a-b)") == "((a + b)*(a + (-1*b)))");
}

TEST_CASE("formula: short forms of fractions and roots") {
  CHECK(tree("\\frac12") == "(1*(2^-1))");
  CHECK(tree("\\frac 1 2") == "(1*(2^-1))");
  CHECK(tree("\\frac{1}2") == "(1*(2^-1))");
  CHECK(tree("\\frac123") == "((1*(2^-1))*3)");
  CHECK(tree("\\frac{-1}{2}") == "(-1*(2^-1))");
  CHECK(tree("\\sqrt2") == "root(2, 2)");
  CHECK(tree("\\sqrt12") == "root(12, 2)");
  CHECK(tree("\\sqrt[3]{x}") == "root(x, 3)");
}

TEST_CASE("formula: mixed numbers are sums, other neighbours are products or nothing") {
  CHECK(tree("1\\frac12") == "1.5");
  CHECK(tree("3 1/4") == "3.25");
  CHECK(tree("2\\frac{x}{3}") == "(2*(x*(3^-1)))");
  CHECK(tree("1\\frac32") == "(1*(3*(2^-1)))");                   // no proper fraction
  CHECK(tree("1\\frac{9}23") == tree("1\\cdot\\frac92\\cdot3"));  // nor here, and no digit is lost
  CHECK(tree("2 3").starts_with("unreadable"));
}

TEST_CASE("formula: repeating decimals") {
  CHECK(tree("0.\\overline{3}") == "1/3");
  CHECK(tree("0.1\\overline{6}") == "1/6");
  CHECK(tree("2.\\overline{45}") == "27/11");
  CHECK(tree("0.\\overline{x}").starts_with("unreadable"));
}

TEST_CASE("formula: functions take what follows them") {
  CHECK(tree("\\sin 2x") == "sin((2*x))");
  CHECK(tree("\\sin x \\cos x") == "(sin(x)*cos(x))");
  CHECK(tree("\\sin(x)y") == "(sin(x)*y)");
  CHECK(tree("\\sin^2 x") == "(sin(x)^2)");
  CHECK(tree("\\sin x^2") == "sin((x^2))");
  CHECK(tree("\\sin^{-1} x") == "arcsin(x)");
  CHECK(tree("\\log_2 8") == "log(8, 2)");
  CHECK(tree("\\log 8") == "log(8, 10)");
  CHECK(tree("\\exp(x)") == "(e^x)");
}

TEST_CASE("formula: brackets, bars and postfix signs") {
  CHECK(tree("|x-1|") == "abs((x + -1))");
  CHECK(tree("\\lfloor 2.5 \\rfloor") == "floor(2.5)");
  CHECK(tree("5!") == "!(5)");
  CHECK(tree("50\\%") == "(50*0.01)");
  CHECK(tree("\\binom{5}{2}") == "binom(5, 2)");
  CHECK(tree("30^\\circ") == "(30*pi*1/180)");
  CHECK(tree("30^{\\circ}") == tree("30^\\circ"));
}

TEST_CASE("formula: a sign for two values stays a symbol, and an index belongs to its name") {
  CHECK(tree("1 \\pm 2") == "(1 + (pm*2))");
  CHECK(tree("x_1") == "x_1");
  CHECK(tree("x_{12}y") == "(x_12*y)");
}

TEST_CASE("formula: what is none") {
  for (const char* text : {"", "1+", "(1", "1)", "\\frac{1}", "\\unknown", "|x", "\\sqrt", "^2", "x^"}) {
    CAPTURE(text);
    CHECK(tree(text).starts_with("unreadable"));
  }
}

TEST_CASE("formula: depth is bounded") {
  CHECK(tree(std::string(500, '(') + "1" + std::string(500, ')')) == "unreadable: nested too deeply");
  std::string tower = "2";
  for (int k = 0; k < 500; ++k) tower += "^2";
  CHECK(tree(tower) == "unreadable: a tower of powers");
  CHECK(tree(std::string(500, '9')) == "unreadable: a number is too long");
}
