#include "host/manifest/bounds.hpp"

#include <doctest/doctest.h>

#include <espalier/params.hpp>
#include <limits>

using namespace espalier;

TEST_CASE("bounds are said without limits that nobody reaches") {
  CHECK(host::bounds_text(between(1, 100'000)) == "in [1, 100000]");
  CHECK(host::bounds_text(between(0.5, 1)) == "in [0.5, 1]");
  CHECK(host::bounds_text(between(0, 1e300)) == "at least 0");
  CHECK(host::bounds_text(between(-std::numeric_limits<double>::infinity(), 3)) == "at most 3");
}

TEST_CASE("both ends belong to the bounds") {
  CHECK(host::within(between(1, 2), 1.0));
  CHECK(host::within(between(1, 2), 2.0));
  CHECK_FALSE(host::within(between(1, 2), 2.0001));
  CHECK_FALSE(host::within(between(1, 2), std::numeric_limits<double>::quiet_NaN()));
}
