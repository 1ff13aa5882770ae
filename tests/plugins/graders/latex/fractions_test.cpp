#include "latex/fractions.hpp"

#include <doctest/doctest.h>

#include "plugins/graders/latex/reading.hpp"

using namespace espalier::latex;
using espalier::testing::normal;

TEST_CASE("fractions: denominators are divided out where they divide") {
  CHECK(normal("\\frac{x^2-1}{x-1}") == "x + 1");
  CHECK(normal("\\frac{x^2-y^2}{x+y}") == normal("x-y"));
  CHECK(normal("\\frac{2x}{4}") == "0.5*x");
  CHECK(normal("\\frac{x^3}{x}") == "x^2");
}

TEST_CASE("fractions: common factors in one variable are cancelled") {
  CHECK(normal("\\frac{x^2-1}{x^2-2x+1}") == normal("\\frac{x+1}{x-1}"));
  CHECK(normal("\\frac{1}{x}+\\frac{1}{x+1}") == normal("\\frac{2x+1}{x^2+x}"));
  CHECK(normal("\\frac{2x+2}{4x+8}") == normal("\\frac{x+1}{2x+4}"));
  CHECK(normal("\\frac{x+1}{x-1}") != normal("\\frac{x-1}{x+1}"));
}

TEST_CASE("fractions: roots and i leave the denominator") {
  CHECK(normal("\\frac{1}{\\sqrt2}") == "0.5*sqrt(2)");
  CHECK(normal("\\frac{1}{1+\\sqrt2}") == normal("\\sqrt2-1"));
  CHECK(normal("\\frac{1}{\\sqrt2+\\sqrt3}") == normal("\\sqrt3-\\sqrt2"));
  CHECK(normal("\\frac{1}{1+i}") == normal("\\frac{1-i}{2}"));
  CHECK(normal("\\frac{2+i}{3-4i}") == normal("\\frac{2}{25}+\\frac{11}{25}i"));
}

TEST_CASE("fractions: rational square roots are found where there are any") {
  CHECK(exact_root(Rational(9, 4)) == Rational(3, 2));
  CHECK(exact_root(0) == Rational(0));
  CHECK_FALSE(exact_root(2));
  CHECK_FALSE(exact_root(-4));
}

TEST_CASE("fractions: division by zero and long spellings have no form") {
  Meter meter;
  CHECK_THROWS_AS(inverse(Exact{}, meter), Inexact);
  CHECK_THROWS_AS(opaque(std::string(3'000, 'x')), Inexact);
}
