#include "base/text_place.hpp"

#include <doctest/doctest.h>

using espalier::base::place_of;

TEST_CASE("places count lines by their ends and columns by characters") {
  CHECK(place_of("abc", 0).text() == "1:1");
  CHECK(place_of("abc", 3).text() == "1:4");
  CHECK(place_of("a\nb\n", 4).text() == "3:1");
  CHECK(place_of("\xc3\xa9\xc3\xa9x", 4).text() == "1:3");
  CHECK(place_of("a\nbc", 3, 10).text() == "11:2");
  CHECK(place_of("abc", 99).text() == "1:4");
}
