#include "host/toml_reader.hpp"

#include <doctest/doctest.h>

using namespace espalier::host;

TEST_CASE("tables keep the order of the file, and everything its position") {
  Diagnostics diagnostics;
  const Node root = read_toml("zebra = 1\n[b]\nx = [1,\n  2]\n[a]\ny = { k = true }\n", "m.toml", diagnostics);
  CHECK(diagnostics.empty());
  REQUIRE(root.members().size() == 3);
  CHECK(root.members()[0].key == "zebra");
  CHECK(root.members()[1].key == "b");
  CHECK(root.members()[2].key == "a");
  CHECK(root.members()[1].position == Position{"m.toml", 2, 2});
  CHECK(root.at("b.x[1]")->position == Position{"m.toml", 4, 3});
  CHECK(root.at("a.y.k")->position == Position{"m.toml", 6, 11});
}

TEST_CASE("inline tables may span lines") {
  Diagnostics diagnostics;
  const Node root = read_toml("a = {\n  b = 1,\n  c = 2,\n}\n", "m.toml", diagnostics);
  CHECK(root.at("a.c")->integer() == 2);
}

TEST_CASE("a syntax error has its position") {
  Diagnostics diagnostics;
  try {
    read_toml("a = 1\nb = \n", "m.toml", diagnostics);
    FAIL("accepted");
  } catch (const ManifestError& error) {
    const auto found = error.diagnostics().sorted();
    REQUIRE(found.size() == 1);
    CHECK(found[0].position.line == 2);
    CHECK(found[0].message.starts_with("syntax error in key-value pair: "));
  }
}

TEST_CASE("dates are refused with a way out") {
  Diagnostics diagnostics;
  read_toml("when = 2024-01-01\n", "m.toml", diagnostics);
  CHECK(diagnostics.text() == "m.toml:1:8: dates and times are written as strings here: put quotes around it\n");
}
