#include "latex/exact.hpp"

#include <doctest/doctest.h>

#include "latex/factors.hpp"
#include "plugins/graders/latex/reading.hpp"

using namespace espalier::latex;
using espalier::testing::formula_of;
using espalier::testing::normal;

TEST_CASE("exact: numbers") {
  CHECK(normal("\\frac{6}{4}") == "1.5");
  CHECK(normal("2^{-3}") == "0.125");
  CHECK(normal("0.1+0.2") == "0.3");
  CHECK(normal("5!") == "120");
  CHECK(normal("\\binom{5}{2}") == "10");
  CHECK(normal("\\lfloor -2.5 \\rfloor") == "-3");
  CHECK(normal("\\lceil 2.5 \\rceil") == "3");
  CHECK(normal("|2-5|") == "3");
}

TEST_CASE("exact: radicals have one form") {
  CHECK(normal("\\sqrt{12}") == "2*sqrt(3)");
  CHECK(normal("\\sqrt{\\frac12}") == "0.5*sqrt(2)");
  CHECK(normal("\\sqrt[3]{54}") == normal("3 \\cdot 2^{1/3}"));
  CHECK(normal("\\sqrt{2}\\sqrt{6}") == "2*sqrt(3)");
  CHECK(normal("27^{2/3}") == "9");
  CHECK(normal("\\sqrt[3]{-8}") == "-2");
  CHECK(normal("\\sqrt{-4}") == "2*i");
  CHECK(normal("\\sqrt{3+2\\sqrt2}") == normal("1+\\sqrt2"));
  CHECK(normal("\\sqrt{2}+\\sqrt{3}") != normal("\\sqrt{5}"));
  CHECK(normal("\\sqrt[3]{2}") != normal("3\\sqrt{2}"));
}

TEST_CASE("exact: the imaginary unit and Euler's number") {
  CHECK(normal("i^2") == "-1");
  CHECK(normal("i^{103}") == "-i");
  CHECK(normal("e^{i\\pi}") == "-1");
  CHECK(normal("e^{i\\pi/2}") == "i");
  CHECK(normal("\\ln e^3") == "3");
}

TEST_CASE("exact: functions at angles whose values are known") {
  CHECK(normal("\\sin 30^\\circ") == "0.5");
  CHECK(normal("\\cos \\frac{\\pi}{4}") == normal("\\frac{\\sqrt2}{2}"));
  CHECK(normal("\\tan 60^\\circ") == "sqrt(3)");
  CHECK(normal("\\cos 15^\\circ") == normal("\\frac{\\sqrt6+\\sqrt2}{4}"));
  CHECK(normal("\\arctan 1") == "0.25*pi");
  CHECK(normal("\\arcsin \\frac12") == normal("\\frac{\\pi}{6}"));
}

TEST_CASE("exact: logarithms of powers") {
  CHECK(normal("\\log_2 8") == "3");
  CHECK(normal("\\log_4 8") == "1.5");
  CHECK(normal("\\log 0.001") == "-3");
  CHECK(normal("\\log_{1/2} 8") == "-3");
  CHECK(normal("\\log_{25/49} \\frac{7}{5}") == "-0.5");
  CHECK(normal("\\log_2 3").find("log") != std::string::npos);  // has no rational value
}

TEST_CASE("exact: what has no value, or one too large") {
  for (const char* text : {"\\frac{1}{0}", "0^{-1}", "\\frac{1}{1-1}", "2^{100000}", "9^{9^9}", "(x+y+z+w)^{500}"}) {
    CAPTURE(text);
    CHECK(normal(text).starts_with("inexact"));
  }
}

TEST_CASE("exact: whether a form is complete decides what unequal forms mean") {
  const auto complete = [](const char* text) {
    Meter meter;
    return exact(formula_of(text), meter).complete();
  };
  CHECK(complete("\\sqrt2 + \\pi x^2"));
  CHECK(complete("\\frac{1}{x+1}"));
  CHECK_FALSE(complete("\\sin x"));
  CHECK_FALSE(complete("\\frac{1}{x+y}"));
  CHECK_FALSE(complete("2^x"));
}

TEST_CASE("factors: primes with their exponents, or none") {
  using Factors = std::vector<std::pair<Integer, int>>;
  CHECK(prime_factors(360) == Factors{{2, 3}, {3, 2}, {5, 1}});
  CHECK(prime_factors(1) == Factors{});
  CHECK(prime_factors(Integer("1000000007")) == Factors{{Integer("1000000007"), 1}});
  const Integer large("1000000000000000003");
  CHECK(prime_factors(large * large) == Factors{{large, 2}});
  CHECK_THROWS_AS(prime_factors(Integer("1000000007") * Integer("1000000009") * Integer("998244353")), Inexact);
}
