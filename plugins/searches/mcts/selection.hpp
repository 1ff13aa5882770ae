#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "tree.hpp"

namespace espalier::mcts {

/// How a child is chosen on the way down: the largest mean Q + c B, the earliest candidate among equals. With N_p
/// visits of the parent, N of the child and its prior P:
///
///   uct     B = sqrt(ln(N_p + 1) / (N + 1))                  the paper's rule
///   compat  B = sqrt(ln(max(N_p, 1)) / max(N, 1))            what the official training code computes
///   puct    B = P sqrt(max(N_p, 1)) / (1 + N)
enum class Rule { uct, compat, puct };

struct Selection {
  Rule rule = Rule::uct;
  double exploration = 2.0;  ///< c
  int virtual_visits = 1;    ///< visits worth V(s) that every child starts with; they enter Q, not N

  double bonus(const Node& parent, const Node& child) const {
    switch (rule) {
      case Rule::uct:
        return std::sqrt(std::log(parent.visits + 1.0) / (child.visits + 1.0));
      case Rule::compat:
        return std::sqrt(std::log(std::max(parent.visits, 1)) / std::max(child.visits, 1));
      case Rule::puct:
        return child.prior * std::sqrt(std::max(parent.visits, 1)) / (1.0 + child.visits);
    }
    return 0;
  }

  double score(const Node& parent, const Node& child) const {
    return child.mean(virtual_visits) + exploration * bonus(parent, child);
  }

  /// Requires an expanded node.
  Node& operator()(const Node& parent) const {
    Node* best = parent.children.front();
    double best_score = score(parent, *best);
    for (Node* const child : parent.children) {
      const double child_score = score(parent, *child);
      if (child_score > best_score) std::tie(best, best_score) = std::tuple(child, child_score);
    }
    return *best;
  }
};

/// Throws where a model generated siblings and told no log-probabilities, of which priors are made.
inline void check_logprobs(const std::vector<Node*>& siblings) {
  for (const Node* const node : siblings) {
    const Message& message = node->state.transcript.last();
    if (message.logprobs.empty() && message.generated() > 0) {
      throw std::runtime_error(
          "messages have no log-probabilities, of which selection = \"puct\" makes its priors; a server gives them with "
          "logprobs = true");
    }
  }
}

/// Sets the priors of fresh siblings: the softmax of their mean log-probability per token; equal where nobody tells any.
inline void set_priors(const std::vector<Node*>& siblings) {
  std::vector<double> weights;
  for (const Node* const node : siblings) {
    const auto& logprobs = node->state.transcript.last().logprobs;
    const double sum = std::accumulate(logprobs.begin(), logprobs.end(), 0.0);
    weights.push_back(std::exp(logprobs.empty() ? 0.0 : sum / static_cast<double>(logprobs.size())));
  }
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (std::size_t i = 0; i < siblings.size(); ++i) {
    siblings[i]->prior = total > 0 ? weights[i] / total : 1.0 / static_cast<double>(siblings.size());
  }
}

}  // namespace espalier::mcts
