#pragma once

#include <cstddef>
#include <cstdint>
#include <espalier/topology.hpp>
#include <espalier/transcript.hpp>
#include <espalier/value_model.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace espalier::study {

/// One state of a recorded search tree: the state after one message.
struct TreeNode {
  Transcript transcript;
  int parent = -1;  ///< index in the tree; -1: the question
  std::string role;
  bool terminal = false;
  int visits = 0;        ///< N: simulations through it
  int successes = 0;     ///< of those, with a positive return
  double returns = 0.0;  ///< W: sum of their returns
  std::size_t line = 0;  ///< of the file it was imported from; 0: a stage recorded it

  /// Q = W / N; 0 without visits.
  double mean() const { return visits > 0 ? returns / visits : 0.0; }
};

/// The search tree of one problem, as a stage recorded it. Terminals that were drawn and graded but never visited have
/// one visit: their return is known.
struct SearchTree {
  std::shared_ptr<const Problem> problem;  ///< states point to it
  std::int64_t seed = 0;
  std::vector<TreeNode> nodes;  ///< parents before children
  int visits = 0;               ///< simulations
  double returns = 0.0;

  double mean() const { return visits > 0 ? returns / visits : 0.0; }
  /// The state after a node's message; `topology` must outlive it. `next` is not filled in before terminals: it says
  /// only whether there is one.
  State state(std::size_t node, const Topology& topology) const;
};

/// Reads the trees of a stage's records.jsonl. Records of failed problems and those without simulations are left out.
/// Throws JsonError naming the line for what is no such record, or names nodes that `topology` does not have.
std::vector<SearchTree> read_trees(const std::filesystem::path& records, const Topology& topology);

}  // namespace espalier::study
