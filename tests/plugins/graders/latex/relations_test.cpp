#include "latex/relations.hpp"

#include <doctest/doctest.h>

#include "plugins/graders/latex/reading.hpp"

using espalier::testing::canonical;
using espalier::testing::differ;
using espalier::testing::same;

TEST_CASE("relations: bounds of one variable are intervals") {
  CHECK(canonical("x \\le 3") == "(-infty, 3]");
  CHECK(canonical("3 \\ge x") == "(-infty, 3]");
  CHECK(canonical("x > -1") == "(-1, infty)");
  CHECK(canonical("1 < x \\le 2") == "(1, 2]");
  CHECK(canonical("2 \\ge x > 1") == "(1, 2]");
  CHECK(canonical("x <= 3") == "(-infty, 3]");
  CHECK(canonical("x \\in [1, 2)") == "[1, 2)");
}

TEST_CASE("relations: strict bounds, closed bounds and directions differ") {
  CHECK(differ("x < 3", "x \\le 3"));
  CHECK(differ("x < 3", "x > 3"));
  CHECK(differ("1 < x < 2", "1 < x \\le 2"));
  CHECK(differ("x \\ne 3", "x = 3"));
  CHECK(differ("x \\ne 3", "x \\ne 4"));
}

TEST_CASE("relations: equations of one line are one, whichever way they are written") {
  CHECK(same("2x + 2y = 4", "x + y = 2"));
  CHECK(same("x + y - 2 = 0", "2 = x + y"));
  CHECK(same("y = 2x + 3", "2x - y + 3 = 0"));
  CHECK(differ("x + y = 3", "x + y = 2"));
  CHECK(differ("y = 2x", "x = 2y"));
}

TEST_CASE("relations: an inequality turns with its sign") {
  CHECK(same("x + y < 1", "-x - y > -1"));
  CHECK(same("2x + 2y \\le 2", "1 \\ge x + y"));
  CHECK(differ("x + y < 1", "x + y > 1"));
  CHECK(differ("x + y < 1", "x + y \\le 1"));
}

TEST_CASE("relations: what an equation says of a name equals that") {
  CHECK(same("y = 2x + 1", "2x + 1"));
  CHECK(same("k = 5", "5"));
  CHECK(differ("x + y = 5", "5"));
  CHECK(same("1 + 1 = 2", "2"));
}
