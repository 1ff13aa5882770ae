#include "latex/words.hpp"

#include <doctest/doctest.h>

#include "latex/vocabulary.hpp"

using namespace espalier::latex;

TEST_CASE("words: a run of letters is a word when it is long, a name, a unit or everyday English") {
  CHECK(is_word("apples"));
  CHECK(is_word("Ann"));
  CHECK(is_word("cm"));
  CHECK(is_word("the"));
  CHECK_FALSE(is_word("xy"));
  CHECK_FALSE(is_word("ABC"));
}

TEST_CASE("words: a unit has one spelling") {
  CHECK(unit_name("centimeters") == "cm");
  CHECK(unit_name("cm") == "cm");
  CHECK(unit_name("feet") == "ft");
  CHECK(unit_name("mph") == "mile/h");
  CHECK_FALSE(unit_name("apples"));
}

TEST_CASE("words: months and halves of a day tell a time") {
  CHECK(tells_time("pm"));
  CHECK(tells_time("a.m."));
  CHECK(tells_time("june"));
  CHECK_FALSE(tells_time("minutes"));
  CHECK_FALSE(tells_time("apples"));
}

TEST_CASE("vocabulary: commands that mean the same have one name") {
  CHECK(standard_name("dfrac") == "frac");
  CHECK(standard_name("leqslant") == "le");
  CHECK(standard_name("varnothing") == "emptyset");
  CHECK(standard_name("sin") == "sin");
  CHECK(plain_name("infinity") == "infty");
  CHECK_FALSE(plain_name("apple"));
}
