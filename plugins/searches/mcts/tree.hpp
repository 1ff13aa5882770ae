#pragma once

#include <cstddef>
#include <deque>
#include <espalier/search.hpp>
#include <utility>
#include <vector>

namespace espalier::mcts {

/// One state and what simulations found below it. Addresses stay valid while the tree grows.
struct Node {
  State state;
  Node* parent = nullptr;
  std::vector<Node*> children;  ///< in candidate order; empty until expanded
  double worth = 0;             ///< V(s) by the value model; at terminals what a simulation ends with
  double prior = 1;             ///< probability among its siblings
  int visits = 0;               ///< N(s): simulations through it
  double total = 0;             ///< W(s): sum of their leaf values

  /// Mean over simulations and `virtual_visits` more that found V(s): Q = (W + v V) / (N + v); 0 when there are none.
  double mean(int virtual_visits) const {
    const int count = visits + virtual_visits;
    return count == 0 ? 0 : (total + virtual_visits * worth) / count;
  }
};

/// The tree of one problem. Every simulation passes through the root and ends at a terminal, so that always
///     N(s) = sum of N over the children of s, for every expanded s.
class Tree {
 public:
  explicit Tree(State root) { nodes_.push_back({.state = std::move(root)}); }

  Node& root() { return nodes_.front(); }
  const Node& root() const { return nodes_.front(); }
  const std::deque<Node>& nodes() const { return nodes_; }

  Node& add(Node& parent, State state) {
    nodes_.push_back({.state = std::move(state), .parent = &parent});
    parent.children.push_back(&nodes_.back());
    return nodes_.back();
  }

  /// Adds one simulation that ended at `leaf` to every node on its path; its value is the leaf's worth.
  static void back_up(Node& leaf) {
    for (Node* node = &leaf; node != nullptr; node = node->parent) {
      ++node->visits;
      node->total += leaf.worth;
    }
  }

 private:
  std::deque<Node> nodes_;
};

}  // namespace espalier::mcts
