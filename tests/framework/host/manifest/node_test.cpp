#include "host/manifest/node.hpp"

#include <doctest/doctest.h>

#include "host/manifest/manifest.hpp"

using namespace espalier::host;

TEST_CASE("tables keep the order in which keys were set") {
  Node table;
  table.set("z", Node(1));
  table.set("a", Node(2));
  table.set("z", Node(3));
  REQUIRE(table.members().size() == 2);
  CHECK(table.members()[0].key == "z");
  CHECK(table.members()[0].value.integer() == 3);
  CHECK(table.erase("z"));
  CHECK_FALSE(table.erase("z"));
  CHECK(table.find("z") == nullptr);
}

TEST_CASE("dotted paths lead through tables and arrays") {
  const Node root = parse_value(R"({ a = { "b c" = [{ d = 1 }, { d = 2 }] } })");
  REQUIRE(root.at("a.\"b c\"[1].d") != nullptr);
  CHECK(root.at("a.\"b c\"[1].d")->integer() == 2);
  CHECK(root.at("a.'b c'.0.d")->integer() == 1);
  CHECK(root.at("a.\"b c\"[2].d") == nullptr);
  CHECK(root.at("a.\"b c\".x.d") == nullptr);
  CHECK(root.at("a.x") == nullptr);
}

TEST_CASE("paths are split and joined with quotes where keys need them") {
  CHECK(split_path("a.\"b.c\"[3].d") == std::vector<std::string>{"a", "b.c", "3", "d"});
  CHECK(join_path("arms", "SBS (MASPRM)") == "arms.\"SBS (MASPRM)\"");
  CHECK(split_path(join_path("arms", "a \"quoted\" one")) == std::vector<std::string>{"arms", "a \"quoted\" one"});
  CHECK(join_path("", "seed") == "seed");
}

TEST_CASE("equality looks at content alone") {
  Node one = parse_value("{ a = 1, b = [true, 2.5] }");
  const Node other = parse_value("{ b = [true, 2.5], a = 1 }");
  one.position = {"somewhere", 1, 2};
  CHECK(one == other);
  CHECK_FALSE(one == parse_value("{ b = [2.5, true], a = 1 }"));
  CHECK_FALSE(one == parse_value("{ b = [true, 2.5], a = 1.0 }"));
  CHECK_FALSE(one == parse_value("{ b = [true, 2.5] }"));
}

TEST_CASE("every node knows the path under which it was written") {
  Node root = parse_value(R"({ stages = { "a b" = { seeds = [1, 2] } } })");
  assign_paths(root);
  CHECK(root.at("stages.\"a b\".seeds[1]")->path == "stages.\"a b\".seeds[1]");
}

TEST_CASE("types have names for messages") {
  CHECK(Node().type_name() == "a table");
  CHECK(Node::array().type_name() == "an array");
  CHECK(Node("text").type_name() == "a string");
  CHECK(Node(1).type_name() == "an integer");
  CHECK(Node(1.0).type_name() == "a number");
  CHECK(Node(true).type_name() == "a boolean");
  CHECK(Node("text").text_or("key", "none") == "none");
}
