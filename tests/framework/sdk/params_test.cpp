#include <doctest/doctest.h>

#include <espalier/params.hpp>
#include <limits>

TEST_CASE("defaults are spelled as TOML") {
  using espalier::spell;
  CHECK(spell(true) == "true");
  CHECK(spell(40) == "40");
  CHECK(spell(1.0) == "1.0");
  CHECK(spell(0.1) == "0.1");
  CHECK(spell(1e-7) == "1e-07");
  CHECK(spell(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(spell(std::string("a \"b\"\\\n\x01")) == "\"a \\\"b\\\"\\\\\\n\\u0001\"");
  CHECK(spell(std::vector<int>{1, 2}) == "[1, 2]");
  CHECK(spell(std::vector<std::string>{}) == "[]");
}
