#include "study/learning/too_long_states.hpp"

#include <algorithm>
#include <utility>

namespace espalier::study {
namespace {

/// For every node, whether its state can be read and those before it can.
std::vector<bool> readable_nodes(const SearchTree& tree, const Topology& topology, const Learner& learner) {
  std::vector<bool> goes_on(tree.nodes.size(), false);
  for (const auto& node : tree.nodes)
    if (node.parent >= 0) goes_on[static_cast<std::size_t>(node.parent)] = true;
  std::vector<bool> readable(tree.nodes.size(), true);
  for (std::size_t end = 0; end < tree.nodes.size(); ++end) {
    if (goes_on[end]) continue;
    const int messages = learner.readable(tree.state(end, topology));
    for (int at = static_cast<int>(end); at >= 0; at = tree.nodes[static_cast<std::size_t>(at)].parent) {
      const auto node = static_cast<std::size_t>(at);
      if (tree.nodes[node].transcript.depth() > messages) readable[node] = false;
    }
  }
  return readable;
}

std::string place_of(const SearchTree& tree, const TreeNode& node, const std::filesystem::path& file) {
  return node.line > 0 ? file.string() + ":" + std::to_string(node.line) : "problem " + tree.problem->id;
}

}  // namespace

void TooLongStates::add(const TooLongStates& more) {
  if (states == 0) first = more.first;
  states += more.states;
}

TooLongStates leave_out_too_long(std::vector<SearchTree>& trees, const Topology& topology, const Learner& learner,
                                 const std::filesystem::path& file) {
  TooLongStates left_out;
  for (auto& tree : trees) {
    const auto readable = readable_nodes(tree, topology, learner);
    std::vector<TreeNode> kept;
    std::vector<int> places(tree.nodes.size(), -1);
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
      TreeNode& node = tree.nodes[i];
      if (!readable[i]) {
        left_out.add({1, place_of(tree, node, file)});
        continue;
      }
      if (node.parent >= 0) node.parent = places[static_cast<std::size_t>(node.parent)];
      places[i] = static_cast<int>(kept.size());
      kept.push_back(std::move(node));
    }
    tree.nodes = std::move(kept);
  }
  std::erase_if(trees, [](const SearchTree& tree) { return tree.nodes.empty(); });
  return left_out;
}

}  // namespace espalier::study
