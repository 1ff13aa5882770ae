#include <doctest/doctest.h>

#include <espalier/kit/datasets/behind_marker.hpp>

using espalier::stored::behind_marker;

TEST_CASE("what follows a marker ends with its line") {
  CHECK(behind_marker("steps\n#### 72\nmore", "####") == "72");
  CHECK(behind_marker("#### 1 #### 2", "####") == "2");
  CHECK(behind_marker("ends with ####", "####") == "");
  CHECK_FALSE(behind_marker("none", "####"));
}
