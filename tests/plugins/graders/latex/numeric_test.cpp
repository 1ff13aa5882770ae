#include "latex/numeric.hpp"

#include <doctest/doctest.h>

#include "plugins/graders/latex/reading.hpp"

using namespace espalier::latex;
using espalier::testing::formula_of;

namespace {

std::string value(const char* text, int point = 0) {
  Meter meter;
  const auto found = value_at(formula_of(text), point, meter);
  return found ? spelled(*found) : "none";
}

}  // namespace

TEST_CASE("numeric: constants have their values") {
  CHECK(value("\\pi").starts_with("3.14159265358979"));
  CHECK(value("e^{1}").starts_with("2.71828182845904"));
  CHECK(value("\\sqrt[3]{-8}") == "-2");
  CHECK(value("\\sqrt{-4}") == "0 + 2i");
  CHECK(value("\\sin 1").starts_with("0.841470984807896"));
  CHECK(value("\\log_2 10").starts_with("3.32192809488736"));
}

TEST_CASE("numeric: identities hold at every point, and near identities at none") {
  const auto agree_at = [](const char* one, const char* other, int point) {
    Meter meter;
    const auto a = value_at(formula_of(one), point, meter);
    const auto b = value_at(formula_of(other), point, meter);
    REQUIRE(a);
    REQUIRE(b);
    return agree(*a, *b);
  };
  for (int point = 0; point < 3; ++point) {
    CHECK(agree_at("\\sin 2x", "2\\sin x\\cos x", point));
    CHECK(agree_at("2^{x+1}", "2 \\cdot 2^x", point));
    CHECK_FALSE(agree_at("\\sin x", "\\sin x + 10^{-20}", point));
    CHECK_FALSE(agree_at("\\sin x", "\\sin y", point));
  }
}

TEST_CASE("numeric: values that mean nothing are none") {
  for (const char* text : {"\\frac{1}{1-1}", "\\ln 0", "e^{e^{e^{e^9}}}", "\\sin 10^{300}", "\\infty", "\\log_1 2"}) {
    CAPTURE(text);
    CHECK(value(text) == "none");
  }
}

TEST_CASE("numeric: constants are told from expressions") {
  CHECK(is_constant(formula_of("\\pi + e^2 - i")));
  CHECK_FALSE(is_constant(formula_of("\\pi + x")));
}
