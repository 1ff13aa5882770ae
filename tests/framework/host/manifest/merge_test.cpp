#include "host/manifest/merge.hpp"

#include <doctest/doctest.h>

#include "host/manifest/manifest.hpp"

using namespace espalier::host;

namespace {

Node merged(std::string_view base, std::string_view patch) { return merge(parse_value(base), parse_value(patch)); }

}  // namespace

TEST_CASE("tables merge key by key, the base's order first") {
  const Node node = merged("{ a = 1, t = { x = 1, y = 2 } }", "{ b = 2, t = { y = 3 } }");
  CHECK(node == parse_value("{ a = 1, t = { x = 1, y = 3 }, b = 2 }"));
  CHECK(node.members().back().key == "b");
}

TEST_CASE("a table with a type replaces what is below it") {
  CHECK(merged("{ s = { type = \"mcts\", simulations = 4 } }", "{ s = { type = \"beam\" } }") ==
        parse_value("{ s = { type = \"beam\" } }"));
  CHECK(merged("{ s = { type = \"mcts\", simulations = 4 } }", "{ s = { simulations = 5 } }") ==
        parse_value("{ s = { type = \"mcts\", simulations = 5 } }"));
}

TEST_CASE("scalars and arrays replace") {
  CHECK(merged("{ a = [1, 2], b = { c = 1 } }", "{ a = [3], b = \"name\" }") ==
        parse_value("{ a = [3], b = \"name\" }"));
}

TEST_CASE("members merge even where the patch has a type: an include and its table are one") {
  CHECK(merge_members(parse_value("{ nodes = 1, type = \"chain\" }"), parse_value("{ type = \"graph\" }")) ==
        parse_value("{ nodes = 1, type = \"graph\" }"));
}

TEST_CASE("positions stay those of where a value was written") {
  Diagnostics diagnostics;
  const Node base = parse_manifest("[t]\nx = 1\ny = 1\n", "base.toml", diagnostics);
  const Node patch = parse_manifest("\n\n\n[t]\ny = 2\n", "patch.toml", diagnostics);
  const Node node = merge(base, patch);
  CHECK(node.at("t.x")->position == Position{"base.toml", 2, 5});
  CHECK(node.at("t.y")->position == Position{"patch.toml", 5, 5});
  CHECK(node.at("t")->position.file == "patch.toml");
  CHECK(node.find("t")->members()[1].position == Position{"patch.toml", 5, 1});
}
