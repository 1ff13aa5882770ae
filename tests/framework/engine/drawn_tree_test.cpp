#include "engine/drawn_tree.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace espalier;
using namespace espalier::engine;

namespace {

Drawn candidate(int number) {
  Drawn drawn;
  drawn.record.candidate = number;
  drawn.record.message.tokens = {1, 2};
  return drawn;
}

}  // namespace

TEST_CASE("nodes are ordered with parents first and siblings by number") {
  std::vector<std::string> paths = {"10", "2.10.1", "2", "0", "2.2", "2.10", "0.0.0", "0.0"};
  std::ranges::sort(paths, path_before);
  CHECK(paths == std::vector<std::string>{"0", "0.0", "0.0.0", "2", "2.2", "2.10", "2.10.1", "10"});
  CHECK(!path_before("1.2", "1.2"));
}

TEST_CASE("nodes are found by the key of their position and know their path") {
  DrawnTree tree;
  const Transcript root(Key{3, 4});
  tree.add(root.key(), candidate(11));
  const Transcript child = root.extended({}, 11);
  REQUIRE(tree.find(child.key()));
  CHECK(!tree.find(root.key()));
  CHECK(!tree.find(root.extended({}, 1).key()));
  tree.add(child.key(), candidate(2));
  const Transcript grandchild = child.extended({}, 2);
  CHECK(tree.path(grandchild.key()) == grandchild.path());
  CHECK(tree.path(root.key()).empty());
  tree.add(child.key(), candidate(2));
  EpisodeRecord record;
  tree.move_into(record, false);
  REQUIRE(record.nodes.size() == 2);
  CHECK(record.nodes[1].path == "11.2");
  CHECK(record.nodes[1].parent == "11");
  CHECK(record.nodes[1].message.tokens.empty());
}

TEST_CASE("simulations count visits and successes along their path") {
  DrawnTree tree;
  const Transcript root(Key{3, 4});
  const Transcript first = root.extended({}, 0);
  const Transcript second = first.extended({}, 1);
  tree.add(root.key(), candidate(0));
  tree.add(first.key(), candidate(1));
  const std::vector<State> path = {{nullptr, nullptr, first, {}, {}}, {nullptr, nullptr, second, {}, {}}};
  tree.simulated(path, 1.0);
  tree.simulated(path, -0.5);
  tree.simulated(std::span(path).first(1), 0.5);
  EpisodeRecord record;
  tree.move_into(record, true);
  CHECK(record.nodes[0].visits == 3);
  CHECK(record.nodes[0].successes == 2);
  CHECK(record.nodes[1].visits == 2);
  CHECK(record.nodes[1].successes == 1);
  CHECK(record.nodes[1].message.tokens.size() == 2);
  REQUIRE(record.simulations.size() == 3);
  CHECK(record.simulations[1].leaf == "0.1");
  CHECK(record.simulations[2].leaf == "0");
}

TEST_CASE("the any-time curve holds the best terminal after each number of calls") {
  DrawnTree tree;
  const auto terminal = [&](int number, bool correct) {
    Drawn drawn = candidate(number);
    drawn.record.correct = correct;
    return tree.add(Key{3, 4}, drawn);
  };
  const Drawn a = terminal(0, false);
  const Drawn b = terminal(1, true);
  const Drawn c = terminal(2, false);
  tree.valued(a, std::nullopt, 3);  // any answer is better than none
  tree.valued(b, std::nullopt, 3);
  tree.valued(a, 0.2, 3);
  tree.valued(b, 0.1, 3);
  tree.valued(b, 0.6, 6);
  tree.valued(c, 0.5, 9);
  tree.valued(c, 0.9, 12);
  const auto milestones = tree.take_milestones();
  REQUIRE(milestones.size() == 3);
  CHECK(milestones[0].agent_calls == 3);
  CHECK(milestones[0].path == "0");
  CHECK(milestones[1].agent_calls == 6);
  CHECK(milestones[1].correct);
  CHECK(milestones[2].path == "2");
  CHECK(milestones[2].agent_calls == 12);
}
