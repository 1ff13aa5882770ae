#include "study/learning/targets.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "study/learning/single_spaced.hpp"
#include "study/shuffle.hpp"

namespace espalier::study {
namespace {

/// Children of every node in candidate order; those of the question last.
std::vector<std::vector<std::size_t>> children_of(const SearchTree& tree) {
  std::vector<std::vector<std::size_t>> children(tree.nodes.size() + 1);
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const int parent = tree.nodes[i].parent;
    children[parent < 0 ? tree.nodes.size() : static_cast<std::size_t>(parent)].push_back(i);
  }
  return children;
}

void mine_siblings(const SearchTree& tree, const std::vector<std::size_t>& siblings, std::size_t most,
                   std::vector<SiblingPair>& pairs) {
  std::map<std::string, std::size_t> distinct;
  for (const std::size_t node : siblings) {
    const auto [place, fresh] = distinct.try_emplace(single_spaced(tree.nodes[node].transcript.last().text), node);
    if (!fresh && tree.nodes[node].mean() > tree.nodes[place->second].mean()) place->second = node;
  }
  std::vector<std::size_t> ordered;
  for (const auto& [text, node] : distinct) ordered.push_back(node);
  std::ranges::sort(ordered);
  std::ranges::stable_sort(ordered, {}, [&](std::size_t node) { return tree.nodes[node].mean(); });
  const std::size_t low = std::min<std::size_t>(4, ordered.size() / 2);
  const std::size_t high = std::min<std::size_t>(4, ordered.size() - low);
  for (std::size_t best = 0; best < high; ++best) {
    for (std::size_t worst = 0; worst < low; ++worst) {
      const SiblingPair pair{ordered[ordered.size() - 1 - best], ordered[worst]};
      if (tree.nodes[pair.preferred].mean() - tree.nodes[pair.other].mean() <= 1e-9) continue;
      if (pairs.size() < most) pairs.push_back(pair);
    }
  }
}

/// From the first message to the node.
std::vector<std::size_t> trajectory_to(const SearchTree& tree, std::size_t node) {
  std::vector<std::size_t> trajectory;
  for (int at = static_cast<int>(node); at >= 0; at = tree.nodes[static_cast<std::size_t>(at)].parent) {
    trajectory.push_back(static_cast<std::size_t>(at));
  }
  std::ranges::reverse(trajectory);
  return trajectory;
}

/// Where trajectories may end.
std::vector<std::size_t> ends_of(const SearchTree& tree, bool complete_only) {
  std::vector<bool> goes_on(tree.nodes.size(), false);
  for (const auto& node : tree.nodes) {
    if (node.visits > 0 && node.parent >= 0) goes_on[static_cast<std::size_t>(node.parent)] = true;
  }
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const TreeNode& node = tree.nodes[i];
    if (node.visits == 0 || goes_on[i]) continue;
    // The official code asks for a leaf mean of +1 or -1 and for texts that are not empty.
    if (complete_only && !(node.terminal && std::abs(std::abs(node.mean()) - 1.0) < 1e-6)) continue;
    ends.push_back(i);
  }
  return ends;
}

/// Training examples while they grow, with the nodes their paths go through.
class ExampleBuilder {
 public:
  ExampleBuilder(const SearchTree& tree, const Topology& topology) : tree_(tree), topology_(topology) {}

  void add(std::size_t end) {
    trajectories_.push_back(trajectory_to(tree_, end));
    examples_.trajectories.push_back({.end = tree_.state(end, topology_), .labels = {}});
    examples_.trajectories.back().labels.resize(trajectories_.back().size());
    for (std::size_t depth = 0; depth < trajectories_.back().size(); ++depth) {
      places_.try_emplace(trajectories_.back()[depth], examples_.trajectories.size() - 1);
    }
  }

  void label(const TargetParams& params) {
    std::map<std::size_t, int> uses;
    for (const auto& trajectory : trajectories_) {
      for (const std::size_t node : trajectory) ++uses[node];
    }
    for (std::size_t path = 0; path < trajectories_.size(); ++path) {
      for (std::size_t depth = 0; depth < trajectories_[path].size(); ++depth) {
        const std::size_t at = trajectories_[path][depth];
        const TreeNode& node = tree_.nodes[at];
        if (node.visits < params.min_visits) continue;
        examples_.trajectories[path].labels[depth] = Label{.value = std::clamp(node.mean(), -1.0, 1.0),
                                                           .visits = node.visits,
                                                           .successes = node.successes,
                                                           .weight = params.complete_only ? 1.0 : 1.0 / uses[at]};
      }
    }
  }

  void prefer(const SiblingPair& pair) {
    examples_.preferences.push_back({.preferred = path_through(pair.preferred),
                                     .other = path_through(pair.other),
                                     .depth = tree_.nodes[pair.preferred].transcript.depth()});
  }

  TrainingExamples take() { return std::move(examples_); }

 private:
  std::size_t path_through(std::size_t node) {
    if (!places_.contains(node)) add(node);
    return places_.at(node);
  }

  const SearchTree& tree_;
  const Topology& topology_;
  std::vector<std::vector<std::size_t>> trajectories_;
  std::map<std::size_t, std::size_t> places_;  ///< a path through each node
  TrainingExamples examples_;
};

}  // namespace

std::vector<SiblingPair> balanced_pairs(const SearchTree& tree, const TargetParams& params) {
  std::map<int, std::vector<SiblingPair>> by_depth;
  for (const auto& siblings : children_of(tree)) {
    for (const std::size_t one : siblings) {
      for (const std::size_t other : siblings) {
        const TreeNode& better = tree.nodes[one];
        const TreeNode& worse = tree.nodes[other];
        if (std::min(better.visits, worse.visits) < std::max(1, params.pair_visits)) continue;
        if (better.mean() - worse.mean() < std::max(params.margin, 1e-9)) continue;
        by_depth[better.transcript.depth()].push_back({one, other});
      }
    }
  }
  const auto gap = [&](const SiblingPair& pair) {
    return tree.nodes[pair.other].mean() - tree.nodes[pair.preferred].mean();
  };
  for (auto& [depth, pairs] : by_depth) std::ranges::stable_sort(pairs, {}, gap);
  std::vector<SiblingPair> chosen;
  for (std::size_t round = 0;; ++round) {
    const std::size_t before = chosen.size();
    for (const auto& [depth, pairs] : by_depth) {
      if (round < pairs.size() && chosen.size() < static_cast<std::size_t>(params.pairs))
        chosen.push_back(pairs[round]);
    }
    if (chosen.size() == before) return chosen;
  }
}

std::vector<SiblingPair> compat_pairs(const SearchTree& tree, const TargetParams& params) {
  const auto children = children_of(tree);
  std::vector<SiblingPair> pairs;
  std::vector<std::size_t> open{tree.nodes.size()};  // depth first, leftmost first
  while (!open.empty()) {
    const std::size_t node = open.back();
    open.pop_back();
    mine_siblings(tree, children[node], static_cast<std::size_t>(params.pairs), pairs);
    open.insert(open.end(), children[node].rbegin(), children[node].rend());
  }
  return pairs;
}

TrainingExamples examples_of(const SearchTree& tree, const Topology& topology, const TargetParams& params, Key key) {
  ExampleBuilder builder(tree, topology);
  auto ends = ends_of(tree, params.complete_only);
  if (params.trajectories > 0 && ends.size() > static_cast<std::size_t>(params.trajectories)) {
    shuffle(ends, key);
    ends.resize(static_cast<std::size_t>(params.trajectories));
    std::ranges::sort(ends);
  }
  for (const std::size_t end : ends) builder.add(end);
  builder.label(params);
  if (params.pairs > 0) {
    const bool compat = params.miner == TargetParams::Miner::compat;
    for (const auto& pair : compat ? compat_pairs(tree, params) : balanced_pairs(tree, params)) builder.prefer(pair);
  }
  return builder.take();
}

}  // namespace espalier::study
