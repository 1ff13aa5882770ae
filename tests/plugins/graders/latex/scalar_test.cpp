#include "latex/scalar.hpp"

#include <doctest/doctest.h>

#include "plugins/graders/latex/reading.hpp"

using namespace espalier::latex;
using espalier::testing::canonical;

TEST_CASE("scalar: units, currencies and ordinals are taken off") {
  for (const char* text :
       {"5 cm", "5\\text{ cm}^2", "\\$5", "5\\text{ dollars}", "5^\\circ", "5^{\\circ}\\text{C}", "5^{\\text{th}}",
        "5th", "5\\text{ square units}", "5\\text{ apples}", "5\\text{ km/h}", "5\u2218", "5 cm\u00b2"}) {
    CAPTURE(text);
    CHECK(canonical(text) == "5");
  }
  CHECK(canonical("-\\$5") == "-5");
  CHECK(canonical("2\\sqrt{3}\\text{ cm}") == "2*sqrt(3)");
}

TEST_CASE("scalar: units count where they are compared, in one spelling") {
  const Conventions units{.units = Units::compare};
  CHECK(canonical("5\\text{ centimeters}", units) == canonical("5\\text{ cm}", units));
  CHECK(canonical("5\\text{ cm}", units) != canonical("5\\text{ m}", units));
  CHECK(canonical("5\\text{ cm}", units) != canonical("5", units));
  CHECK(canonical("5\\text{ cm}^2", units) != canonical("5\\text{ cm}", units));
}

TEST_CASE("scalar: percentages and large numbers in words") {
  CHECK(canonical("50\\%") == "0.5");
  CHECK(canonical("50\\text{ percent}") == "0.5");
  CHECK(canonical("50\\%", {.percent = Percent::hundredth}) == "0.5");
  CHECK(canonical("50\\%", {.percent = Percent::unit}) == "50");
  CHECK(canonical("x\\%") == "0.01*x");
  CHECK(canonical("2.5\\text{ million}") == "2500000");
  CHECK(canonical("3\\text{ billion dollars}") == "3000000000");
}

TEST_CASE("scalar: dates and times are no quantities") {
  CHECK(canonical("10\\text{ a.m.}") == "10 am");
  CHECK(canonical("5\\text{ May}") == "5 may");
}

TEST_CASE("scalar: a numeral is its digits and its base") {
  CHECK(canonical("052_{8}") == "52_8");
  CHECK(canonical("(1a)_{16}") == "1A_16");
  CHECK(canonical("10_{\\text{2}}") == "10_2");
  CHECK(canonical("x_1") == "x_1");
}

TEST_CASE("scalar: forms that are no normal form are told by values at points") {
  CHECK(canonical("\\sin x").starts_with("~"));
  CHECK(canonical("\\sin(x)\\cos(x)") == canonical("\\frac{\\sin 2x}{2}"));
  CHECK(canonical("\\sin x") != canonical("\\cos x"));
}

TEST_CASE("scalar: signs for two values are found and replaced") {
  const Node both = espalier::testing::formula_of("1 \\pm 2 \\mp 3");
  REQUIRE(has_sign(both));
  Meter meter;
  CHECK(scalar(with_sign(both, 1), meter).canonical == "0");
  CHECK(scalar(with_sign(both, -1), meter).canonical == "2");
  CHECK_FALSE(has_sign(with_sign(both, 1)));
}
