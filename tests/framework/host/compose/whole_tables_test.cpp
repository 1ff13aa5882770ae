#include "host/compose/whole_tables.hpp"

#include <doctest/doctest.h>

#include "host/manifest/manifest.hpp"

using namespace espalier::host;

namespace {

Node whole(std::string_view text) {
  const std::vector<StageRules> kinds = {{.name = "solve", .defaults = {"budget", "search"}, .check = {}},
                                         {.name = "compare", .defaults = {"budget"}, .arms = "arms", .check = {}}};
  Diagnostics diagnostics;
  Node root = whole_tables(parse_manifest(text, "m.toml", diagnostics), kinds, diagnostics);
  CHECK(diagnostics.text() == "");
  return root;
}

}  // namespace

TEST_CASE("defaults of the root lie under the stages that may have them, where they were written") {
  const Node root = whole(
      "budget = { calls = 5, tokens = 7 }\nsearch = { type = \"a\" }\n"
      "[stages.one]\ndo = \"solve\"\nbudget.calls = 6\n[stages.two]\ndo = \"compare\"\n");
  CHECK(root.at("stages.one.budget.calls")->integer() == 6);
  CHECK(root.at("stages.one.budget.tokens")->integer() == 7);
  CHECK(root.at("stages.one.budget.tokens")->path == "budget.tokens");
  CHECK(root.at("stages.one.budget.tokens")->position == Position{"m.toml", 1, 32});
  CHECK(root.at("stages.one.search.type")->text() == "a");
  CHECK(root.at("stages.two.search") == nullptr);
}

TEST_CASE("a stage lies under each of its arms, defaults and what it is like among it") {
  const Node root = whole(
      "budget = { calls = 5 }\n[stages.b]\nlike = \"a\"\narms.y.n = 4\n"
      "[stages.a]\ndo = \"compare\"\nn = 1\narms.x = { n = 2 }\narms.z = 3\n");
  CHECK(root.at("stages.a.arms.x.n")->integer() == 2);
  CHECK(root.at("stages.a.arms.x.budget.calls")->integer() == 5);
  CHECK(root.at("stages.a.arms.x.arms") == nullptr);
  CHECK(root.at("stages.a.arms.x.do") == nullptr);
  CHECK(root.at("stages.a.arms.z")->integer() == 3);  // no table: told by who reads it
  CHECK(root.at("stages.b.arms.x.n")->integer() == 2);
  CHECK(root.at("stages.b.arms.y.n")->integer() == 4);
  CHECK(root.at("stages.b.arms.y.budget.calls")->integer() == 5);
}
