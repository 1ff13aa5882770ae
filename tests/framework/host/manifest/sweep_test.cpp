#include "host/manifest/sweep.hpp"

#include <doctest/doctest.h>

#include <string>

#include "host/manifest/manifest.hpp"

using namespace espalier::host;

namespace {

Node parsed(std::string_view text) {
  Diagnostics diagnostics;
  return parse_manifest(text, "m.toml", diagnostics);
}

std::vector<std::string> point_names(std::string_view text) {
  std::vector<std::string> names;
  for (const auto& point : sweep_points(parsed(text))) names.push_back(point.name);
  return names;
}

}  // namespace

TEST_CASE("a manifest without a sweep is one nameless point") {
  const auto points = sweep_points(parsed("seed = 1\n"));
  REQUIRE(points.size() == 1);
  CHECK(points[0].name.empty());
  CHECK(points[0].root.find("seed")->integer() == 1);
}

TEST_CASE("a sweep is the grid of its axes, the last varying fastest") {
  const auto points = sweep_points(parsed("[s.t]\na = 0\n[sweep]\n\"s.t.a\" = [1, 2]\n\"s.t.b\" = [\"x\", \"y/z\"]\n"));
  REQUIRE(points.size() == 4);
  CHECK(points[0].name == "a=1,b=x");
  CHECK(points[1].name == "a=1,b=y_z");
  CHECK(points[3].name == "a=2,b=y_z");
  CHECK(points[3].root.at("s.t.a")->integer() == 2);
  CHECK(points[3].root.at("s.t.b")->text() == "y/z");
  CHECK(points[3].root.find("sweep") == nullptr);
}

TEST_CASE("swept values stand where the sweep says them, under the path they set") {
  const auto points = sweep_points(parsed("[s.t]\n[sweep]\n\"s.t.a\" = [{ x = 1 }]\n"));
  const Node* value = points[0].root.at("s.t.a.x");
  REQUIRE(value != nullptr);
  CHECK(value->position == Position{"m.toml", 3, 18});
  CHECK(value->path == "s.t.a.x");
}

TEST_CASE("axes with the same last key, and values that read alike, are told apart") {
  CHECK(point_names("[sweep]\n\"s.a.n\" = [1]\n\"s.b.n\" = [2]\n") == std::vector<std::string>{"a.n=1,b.n=2"});
  CHECK(point_names("[sweep]\n\"s.a\" = [{ type = \"t\" }, { type = \"t\", x = 1 }]\n") ==
        std::vector<std::string>{"a=t", "a=t-1"});
}

TEST_CASE("a sweep of more points than are run is refused without building any") {
  std::string values = "[0";
  for (int i = 1; i < 1000; ++i) values += ", " + std::to_string(i);
  values += "]\n";
  const auto complaint = [](const std::string& text) {
    Diagnostics diagnostics;
    const Node root = parse_manifest(text, "m.toml", diagnostics);
    CHECK((root.find("sweep") == nullptr) == diagnostics.failed());
    return diagnostics.text();
  };
  CHECK(complaint("[sweep]\na = " + values) == "");
  CHECK(
      complaint("[sweep]\na = " + values + "b = " + values + "c = [1]\nd = " + values) ==
      "m.toml:1:1: sweep spans too many experiments: 1000 x 1000 x 1000, and one manifest has at most 1000; give fewer "
      "values, or split it into several manifests\n");
  std::string keys;
  for (int i = 0; i < 65; ++i) keys += "k" + std::to_string(i) + " = [1]\n";
  CHECK(complaint("[sweep]\n" + keys) == "m.toml:1:1: sweep has 65 keys; at most 64 are varied\n");
  std::string deep = "a";
  for (int i = 0; i < 100'000; ++i) deep += ".a";
  CHECK(complaint("[sweep]\n\"" + deep + "\" = [1]\n")
            .starts_with("m.toml:2:1: the key of [sweep] is nested too deeply"));
}

TEST_CASE("keys without quotes mean the same") {
  CHECK(point_names("[sweep]\nstages.trees.n = [1, 2]\n") == std::vector<std::string>{"n=1", "n=2"});
}

TEST_CASE("a way through a scalar is refused") {
  Node root = parsed("s = 1\n[sweep]\n\"s.t.a\" = [1]\n");
  const auto axes = sweep_axes(root);
  REQUIRE(axes.size() == 1);
  Node trial = root;
  CHECK_FALSE(assign(trial, axes[0], Node(1)));
}
