#pragma once

#include <algorithm>
#include <espalier/kit/search/line_values.hpp>
#include <espalier/kit/search/ranking.hpp>
#include <espalier/kit/search/votes.hpp>
#include <vector>

#include "tree.hpp"

namespace espalier::mcts {

/// Which terminal is the outcome of a tree. Only terminals are ever chosen, all that were drawn being considered:
///
///   value    the one of the greatest worth
///   vote     the answer with the greatest total chance of success, (V + 1) / 2 per terminal, by its worthiest terminal
///   visits   where the most visited children lead
///   descent  where the children with the greatest mean lead, virtual visits included: the official code's rule, which
///   there
///            may end before a terminal and here goes through visited children only
enum class Decision { value, vote, visits, descent };

/// All terminals in the order they were drawn, scored by their worth.
inline std::vector<Ranked> terminals(const Tree& tree) {
  std::vector<Ranked> found;
  for (const auto& node : tree.nodes()) {
    if (node.state.terminal()) found.push_back({node.state, node.worth});
  }
  return found;
}

/// Follows the best visited child by `merit` from the root. Every simulation ended at a terminal, so this does; null
/// when there was none.
template <class Merit>
const Node* follow(const Tree& tree, Merit merit) {
  const Node* at = &tree.root();
  while (!at->state.terminal()) {
    const Node* best = nullptr;
    for (const Node* const child : at->children) {
      if (child->visits > 0 && (best == nullptr || merit(*child) > merit(*best))) best = child;
    }
    if (best == nullptr) return nullptr;
    at = best;
  }
  return at;
}

/// All terminals by worth, but `chosen` first.
inline std::vector<Ranked> ranked_after(const Tree& tree, const Node* chosen) {
  auto ranked = ranked_by_score(terminals(tree));
  if (chosen == nullptr) return ranked;
  const auto place = std::find_if(ranked.begin(), ranked.end(), [&](const Ranked& candidate) {
    return candidate.state.transcript.same(chosen->state.transcript);
  });
  std::rotate(ranked.begin(), place, place + 1);
  return ranked;
}

/// Returns the terminals, the chosen one first; empty when none was drawn.
inline std::vector<Ranked> decide(const Tree& tree, Decision decision, int virtual_visits, const Episode& episode) {
  switch (decision) {
    case Decision::value:
      break;
    case Decision::vote: {
      std::vector<Ballot> ballots;
      for (auto& [state, worth] : terminals(tree)) {
        ballots.push_back({.state = std::move(state), .weight = success_chance(worth), .value = worth});
      }
      return count_votes(episode, ballots);
    }
    case Decision::visits:
      return ranked_after(tree, follow(tree, [](const Node& node) { return node.visits; }));
    case Decision::descent:
      return ranked_after(tree, follow(tree, [&](const Node& node) { return node.mean(virtual_visits); }));
  }
  return ranked_by_score(terminals(tree));
}

}  // namespace espalier::mcts
