#include "host/plugins/schema.hpp"

#include <doctest/doctest.h>

#include "framework/host/test_plugins.hpp"

using namespace espalier;

TEST_CASE("a schema has every parameter in the order of the source, nested ones inside") {
  host::Catalog catalog = host::test_catalog();
  const auto schema = host::record_schema(catalog.open("searches", "probe"));
  REQUIRE(schema.fields.size() == 13);
  CHECK(schema.fields.front().info.key == "simulations");
  CHECK(schema.fields.front().info.fallback == "40");
  CHECK(schema.find("rule")->info.choices == std::vector<std::string>{"value", "visits"});
  CHECK(schema.find("limits")->nested.at(0).info.key == "depth");
  CHECK(schema.find("edges")->nested.at(0).info.required);
  CHECK(schema.find("value")->info.kind == "value_models");
  CHECK(schema.find("device")->info.ambient);
  CHECK(schema.find("nothing") == nullptr);
}

TEST_CASE("the terminal's page wraps and indents") {
  host::Catalog catalog = host::test_catalog();
  const auto& plugin = catalog.open("searches", "probe");
  const std::string page =
      host::describe_for_terminal("searches/probe", plugin.descriptor->summary, host::record_schema(plugin), 40);
  CHECK(page.starts_with("searches/probe\nSearches nothing, and has a parameter of\nevery sort.\n\nParameters:\n"));
  CHECK(page.find("  simulations  (integer in [1, 100000], default 40)\n      Rollouts | per problem.\n") !=
        std::string::npos);
  CHECK(page.find("  exploration  (number at least 0, default 1.5)\n") != std::string::npos);
  CHECK(page.find("  rule  (one of \"value\", \"visits\", default \"value\")\n") != std::string::npos);
  CHECK(page.find("  horizon  (integer, optional)\n") != std::string::npos);
  CHECK(page.find("  device  (string, default \"auto\", may stand in [engine])\n") != std::string::npos);
  CHECK(page.find("  limits  (table)\n      How far it goes.\n      depth  (integer in [1, 64], default 4)\n") !=
        std::string::npos);
  CHECK(page.find("  value  (value model, default { type = \"constant\" })\n") != std::string::npos);
}

TEST_CASE("the Markdown page is a table") {
  host::Catalog catalog = host::test_catalog();
  const auto& plugin = catalog.open("searches", "probe");
  const std::string page =
      host::describe_as_markdown("searches/probe", plugin.descriptor->summary, host::record_schema(plugin));
  CHECK(page.starts_with("## searches/probe\n\nSearches nothing, and has a parameter of every sort.\n\n| parameter |"));
  CHECK(page.find("| `simulations` | integer in [1, 100000], default 40 | Rollouts \\| per problem. |\n") !=
        std::string::npos);
  CHECK(page.find("| `edges.NAME.from` | string, required | Where it starts. |\n") != std::string::npos);
  CHECK(page.find("| `limits.depth` |") != std::string::npos);
}
