#include <doctest/doctest.h>

#include "host/manifest/manifest.hpp"
#include "host/manifest/node.hpp"

using namespace espalier::host;

namespace {

Node parsed(std::string_view text) {
  Diagnostics diagnostics;
  Node node = parse_manifest(text, "m.toml", diagnostics);
  REQUIRE_MESSAGE(diagnostics.empty(), diagnostics.text());
  return node;
}

}  // namespace

TEST_CASE("what is written reads as the same manifest") {
  const Node root = parsed(R"toml(
title = "quotes \" and\nlines"
seed = [0, 1]
[models.policy]
type = "stub"
half = 0.5
whole = 2.0
[stages.compare]
arms = { "A (b)" = { search = { type = "probe" } }, B = {} }
[stages.empty]
)toml");
  CHECK(parsed(to_toml(root)) == root);
}

TEST_CASE("scalars come before sections, and sections go two levels deep") {
  const Node root = parsed("[models.policy]\nlimits = { depth = 3 }\ntype = \"stub\"\n[engine]\ndevice = \"cpu\"\n");
  CHECK(to_toml(root) ==
        "[models.policy]\nlimits = { depth = 3 }\ntype = \"stub\"\n"
        "\n[engine]\ndevice = \"cpu\"\n");
}

TEST_CASE("long arrays and tables are broken over lines") {
  Node root;
  Node words = Node::array();
  for (int i = 0; i < 30; ++i) words.elements().emplace_back("word number " + std::to_string(i));
  root.set("words", words);
  Node nested;
  nested.set("words", words);
  Node outer;
  outer.set("inner", Node()).set("deep", nested);
  root.set("outer", outer);
  const std::string text = to_toml(root);
  CHECK(text.find("\n  \"word number 7\",\n") != std::string::npos);
  CHECK(text.find("[outer.inner.deep]") != std::string::npos);
  CHECK(parsed(text) == root);
}

TEST_CASE("equal content has equal canonical text, whatever the order of keys") {
  CHECK(canonical_text(parse_value("{ b = [1, 2.0], a = \"x\" }")) == "{a=\"x\",b=[1,2.0,],}");
  CHECK(canonical_text(parse_value("{ a = 1, b = 2 }")) == canonical_text(parse_value("{ b = 2, a = 1 }")));
  CHECK(canonical_text(parse_value("1")) != canonical_text(parse_value("1.0")));
  CHECK(canonical_text(parse_value("\"1\"")) != canonical_text(parse_value("1")));
}
