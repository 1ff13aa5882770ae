#include "host/manifest/diagnostics.hpp"

#include <doctest/doctest.h>

using namespace espalier::host;

TEST_CASE("diagnostics are sorted by position and said once") {
  Diagnostics diagnostics;
  diagnostics.error({"b.toml", 1, 1}, "last");
  diagnostics.error({"a.toml", 10, 2}, "third");
  diagnostics.warning({"a.toml", 9, 30}, "second");
  diagnostics.error({"a.toml", 9, 4}, "first");
  diagnostics.error({"a.toml", 10, 2}, "third");
  CHECK(diagnostics.text() ==
        "a.toml:9:4: first\n"
        "a.toml:9:30: warning: second\n"
        "a.toml:10:2: third\n"
        "b.toml:1:1: last\n");
}

TEST_CASE("what has one cause is said once, where it shows first, with how often it shows") {
  Diagnostics diagnostics;
  diagnostics.error({"b.toml", 7, 1}, "third names no model", "no model m");
  diagnostics.error({"b.toml", 2, 1}, "x names no model", "no model x");
  diagnostics.error({"a.toml", 1, 1}, "first names no model", "no model m");
  diagnostics.error({"b.toml", 3, 1}, "second names no model", "no model m");
  diagnostics.error({"b.toml", 7, 1}, "third names no model", "no model m");
  CHECK(diagnostics.text() ==
        "a.toml:1:1: first names no model; so in 2 more places, to b.toml:7:1\n"
        "b.toml:2:1: x names no model\n");
  CHECK(diagnostics.sorted().size() == 4);
  diagnostics.error({"b.toml", 9, 1}, "y names no model", "no model x");
  CHECK(diagnostics.text().ends_with("x names no model; so in 1 more place, b.toml:9:1\n"));
}

TEST_CASE("only errors make a manifest fail") {
  Diagnostics diagnostics;
  CHECK(diagnostics.empty());
  diagnostics.warning({"a.toml", 1, 1}, "mind the gap");
  CHECK_FALSE(diagnostics.failed());
  Diagnostics others;
  others.error({}, "nowhere in particular");
  diagnostics.add(others);
  CHECK(diagnostics.failed());
  CHECK(diagnostics.text() == "nowhere in particular\na.toml:1:1: warning: mind the gap\n");
}

TEST_CASE("a manifest error carries its diagnostics and reads like them") {
  const ManifestError error({"a.toml", 3, 7}, "seed must be an integer");
  CHECK(std::string(error.what()) == "a.toml:3:7: seed must be an integer");
  CHECK(error.diagnostics().sorted().front().position == Position{"a.toml", 3, 7});
}
