#include <doctest/doctest.h>

#include <espalier/kit/answers/asides.hpp>

using espalier::answers::without_aside;
using espalier::answers::without_comparison;

TEST_CASE("reasons and asides end what is stated") {
  CHECK(without_aside("58, which is 4 more than 54") == "58");
  CHECK(without_aside("Rome (which is old)") == "Rome");
  CHECK(without_aside("5 because 2 + 3 = 5") == "5");
  CHECK(without_aside("5;") == "5");
  CHECK(without_aside("a rose which is red") == "a rose which is red");
  CHECK(without_aside("") == "");
  CHECK(without_aside(", which is all") == ", which is all");
}

TEST_CASE("a comparison is no statement of its own, unless nothing is compared") {
  CHECK(without_comparison("58 stamps, which is 4 more than 54.") == "58 stamps");
  CHECK(without_comparison("58 stamps (4 more than 54)") == "58 stamps");
  CHECK(without_comparison("58 stamps (54 + 4).") == "58 stamps");
  CHECK(without_comparison("58 stamps. That is twice 29.") == "58 stamps.");
  for (const auto line : {"54 and 4, which is 58.", "It is 4 more than 54.", "(4 more than 54)", "2 (3 + 4) = 14",
                          "30, which is less than 50, so 4 days", "the number (58)", "", "."}) {
    CAPTURE(line);
    CHECK(without_comparison(line) == line);
  }
}
