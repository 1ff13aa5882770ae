#include "study/learning/rejection_sampling.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "framework/study/learning/line_team.hpp"

using namespace espalier;
using namespace espalier::study;
using espalier::tests::teams_of;

namespace {

/// A tree two messages deep whose leaves ended as `right` says: first "a" with leaves 0 and 1, first "b" with leaf 2.
SearchTree tree_of(std::vector<bool> right) {
  SearchTree tree;
  tree.problem = std::make_shared<const Problem>(Problem{.id = "p", .question = "How many?", .attributes = {}});
  const auto add = [&](int parent, const std::string& text, int candidate) {
    Message message;
    message.text = text;
    message.node = parent < 0 ? 0 : 1;
    const Transcript before = parent < 0 ? Transcript() : tree.nodes[static_cast<std::size_t>(parent)].transcript;
    tree.nodes.push_back({.transcript = before.extended(message, candidate), .parent = parent, .role = ""});
    return static_cast<int>(tree.nodes.size()) - 1;
  };
  const int a = add(-1, "a", 0);
  const int b = add(-1, "b", 1);
  for (std::size_t leaf = 0; leaf < right.size(); ++leaf) {
    TreeNode& node = tree.nodes[static_cast<std::size_t>(add(leaf < 2 ? a : b, "leaf " + std::to_string(leaf), 0))];
    node.terminal = true;
    node.visits = 1;
    node.returns = right[leaf] ? 1.0 : -1.0;
  }
  return tree;
}

std::multiset<std::string> targets(const std::vector<TrainingExample>& examples) {
  std::multiset<std::string> texts;
  for (const auto& example : examples) texts.insert(example.role + ": " + example.target);
  return texts;
}

}  // namespace

TEST_CASE("messages on trajectories that ended right are training examples, shared ones once") {
  const auto teams = teams_of({"first", "second"});
  const std::vector<SearchTree> trees{tree_of({true, true, false}), tree_of({false, false, false})};
  const RejectionSampling sampled(trees, teams[0], 0, false, Key{});
  REQUIRE(sampled.size() == 1);
  const auto examples = sampled.about(0, 0);
  CHECK(targets(examples) == std::multiset<std::string>{"first: a", "second: leaf 0", "second: leaf 1"});
  for (const auto& example : examples) {
    CHECK(example.chat.messages.at(0).text == (example.role == "first" ? "How many?" : "a"));
    CHECK_FALSE(example.trajectory);
  }
}

TEST_CASE("so many trajectories are drawn, others in other rounds, and taught as wholes where that is wanted") {
  const auto teams = teams_of({"first", "second"});
  const std::vector<SearchTree> trees{tree_of({true, true, true})};
  const RejectionSampling sampled(trees, teams[0], 1, true, Key{});
  std::set<std::string> seen;
  for (std::uint64_t round = 0; round < 40; ++round) {
    const auto examples = sampled.about(0, round);
    REQUIRE(examples.size() == 3);
    CHECK(examples[2].role == kTranscript);
    REQUIRE(examples[2].trajectory);
    CHECK(examples[2].trajectory->end.transcript.last().text == examples[1].target);
    CHECK(examples[2].trajectory->planted == std::vector<bool>{false, false});
    CHECK(targets(examples) == targets(sampled.about(0, round)));
    seen.insert(examples[1].target);
  }
  CHECK(seen.size() == 3);
}

TEST_CASE("the trajectories that are drawn follow the key") {
  const auto teams = teams_of({"first", "second"});
  const std::vector<SearchTree> trees{tree_of({true, true, true})};
  const auto drawn = [&](Key key) {
    std::vector<std::string> texts;
    for (std::uint64_t round = 0; round < 20; ++round)
      texts.push_back(RejectionSampling(trees, teams[0], 1, false, key).about(0, round).back().target);
    return texts;
  };
  CHECK(drawn(Key{1, 0}) == drawn(Key{1, 0}));
  CHECK(drawn(Key{1, 0}) != drawn(Key{2, 0}));
}
