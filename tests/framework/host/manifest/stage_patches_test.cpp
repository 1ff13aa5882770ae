#include "host/manifest/stage_patches.hpp"

#include <doctest/doctest.h>

#include "host/manifest/manifest.hpp"

using namespace espalier::host;

namespace {

struct Written {
  Node root;
  std::string mistakes;
};

Written written_out(std::string_view text) {
  Diagnostics diagnostics;
  Node root = with_whole_stages(parse_manifest(text, "m.toml", diagnostics), diagnostics);
  return {std::move(root), diagnostics.text()};
}

}  // namespace

TEST_CASE("a stage like another has what that has, but for its own keys") {
  const auto [root, mistakes] = written_out(
      "[stages.b]\nlike = \"a\"\nmodel.loss = \"bce\"\n"
      "[stages.a]\ndo = \"fit\"\nsteps = 5\nmodel = { type = \"reward\", rank = 4, loss = \"huber\" }\n"
      "[stages.c]\nlike = \"b\"\nsteps = 9\nmodel = { type = \"other\" }\n");
  CHECK(mistakes.empty());
  CHECK(root.at("stages.b.do")->text() == "fit");
  CHECK(root.at("stages.b.steps")->integer() == 5);
  CHECK(root.at("stages.b.steps")->path == "stages.b.steps");
  CHECK(root.at("stages.b.steps")->position == Position{"m.toml", 6, 9});
  CHECK(root.at("stages.b.model.rank")->integer() == 4);
  CHECK(root.at("stages.b.model.loss")->text() == "bce");
  CHECK(root.at("stages.b.like") == nullptr);
  CHECK(root.at("stages.c.steps")->integer() == 9);
  CHECK(root.at("stages.c.model.type")->text() == "other");
  CHECK(root.at("stages.c.model.rank") == nullptr);  // another plugin has other parameters
  CHECK(root.at("stages.a.model.loss")->text() == "huber");
}

TEST_CASE("a swept key of a stage is swept in the stages like it") {
  Diagnostics diagnostics;
  const auto points = sweep_points(
      parse_manifest("[stages.a]\nsteps = 1\n[stages.b]\nlike = \"a\"\n[sweep]\n\"stages.a.steps\" = [2, 3]\n",
                     "m.toml", diagnostics));
  REQUIRE(points.size() == 2);
  CHECK(with_whole_stages(points[1].root, diagnostics).at("stages.b.steps")->integer() == 3);
}

TEST_CASE("what a stage cannot be like is told") {
  CHECK(written_out("[stages.trees]\n[stages.b]\nlike = \"tree\"\n").mistakes ==
        "m.toml:3:8: stages.b.like names no stage: there is no tree; did you mean trees?; known: trees, b\n");
  CHECK(written_out("[stages.b]\nlike = 5\n").mistakes ==
        "m.toml:2:8: stages.b.like must be the name of a stage, got an integer\n");
  CHECK(written_out("[stages.a]\nlike = \"b\"\n[stages.b]\nlike = \"a\"\n").mistakes ==
        "m.toml:4:8: stages.b.like goes round in a circle: a -> b -> a\n");
}
