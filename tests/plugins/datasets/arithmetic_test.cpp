#include "word_problems/arithmetic.hpp"

#include <doctest/doctest.h>

using namespace espalier::words;

TEST_CASE("operators stay within whole numbers from 0 to the largest") {
  CHECK(apply(Operator::add, 2, 3, 99) == 5);
  CHECK(apply(Operator::subtract, 3, 3, 99) == 0);
  CHECK(apply(Operator::multiply, 4, 5, 99) == 20);
  CHECK(apply(Operator::divide, 12, 4, 99) == 3);
  CHECK_FALSE(apply(Operator::add, 60, 40, 99));
  CHECK_FALSE(apply(Operator::subtract, 2, 3, 99));
  CHECK_FALSE(apply(Operator::divide, 12, 5, 99));
  CHECK_FALSE(apply(Operator::divide, 12, 0, 99));
}

TEST_CASE("a plan is followed step by step, also past a slip") {
  const Plan plan = {
      {Operator::multiply, {11}, {2}}, {Operator::subtract, {0, 0}, {4}}, {Operator::add, {0, 0}, {0, 1}}};
  const auto right = follow(plan, 99);
  REQUIRE(right);
  CHECK(right->lines[1].left == 22);
  CHECK(right->answer() == 40);
  const auto slipped = follow(plan, 99, Slip{0, 20});
  REQUIRE(slipped);
  CHECK(slipped->lines[0].result == 20);
  CHECK(slipped->answer() == 36);
  CHECK_FALSE(follow(plan, 39));
}
