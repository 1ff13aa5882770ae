#pragma once

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/pending/queue.hpp>
#include <espalier/topology.hpp>
#include <functional>
#include <queue>
#include <string>
#include <vector>

namespace espalier {

/// The order in which the nodes of a graph speak: Kahn's algorithm, the lowest index first among those that are free.
/// Nodes on a cycle or behind one are missing.
inline std::vector<int> topological_order(const Graph& graph) {
  std::vector<int> waiting(graph.nodes.size(), 0);
  for (const auto& edge : graph.edges) {
    if (edge.from != kQuestion) ++waiting[static_cast<std::size_t>(edge.to)];
  }
  std::priority_queue<int, std::vector<int>, std::greater<>> free;
  for (std::size_t node = 0; node < waiting.size(); ++node) {
    if (waiting[node] == 0) free.push(static_cast<int>(node));
  }
  std::vector<int> order;
  while (!free.empty()) {
    const int node = free.top();
    free.pop();
    order.push_back(node);
    for (const auto& edge : graph.edges) {
      if (edge.from == node && --waiting[static_cast<std::size_t>(edge.to)] == 0) free.push(edge.to);
    }
  }
  return order;
}

/// Returns the nodes of one cycle in the direction of its edges, the first repeated at the end; empty when there is
/// none.
inline std::vector<int> find_cycle(const Graph& graph) {
  std::vector<bool> stuck(graph.nodes.size(), true);
  for (const int node : topological_order(graph)) stuck[static_cast<std::size_t>(node)] = false;
  const auto first = std::find(stuck.begin(), stuck.end(), true);
  if (first == stuck.end()) return {};
  // Every stuck node has a stuck sender, so walking against the edges must come back to a node it has seen.
  std::vector<int> path{static_cast<int>(first - stuck.begin())};
  while (std::find(path.begin(), path.end() - 1, path.back()) == path.end() - 1) {
    for (const auto& edge : graph.edges) {
      if (edge.to == path.back() && edge.from != kQuestion && stuck[static_cast<std::size_t>(edge.from)]) {
        path.push_back(edge.from);
        break;
      }
    }
  }
  std::vector<int> cycle(std::find(path.begin(), path.end(), path.back()), path.end());
  std::reverse(cycle.begin(), cycle.end());
  return cycle;
}

/// Returns which nodes the question reaches along edges.
inline std::vector<bool> reached_from_question(const Graph& graph) {
  const std::size_t question = graph.nodes.size();  // its vertex, after those of the nodes
  boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS> drawn(question + 1);
  for (const auto& edge : graph.edges) {
    boost::add_edge(edge.from == kQuestion ? question : static_cast<std::size_t>(edge.from),
                    static_cast<std::size_t>(edge.to), drawn);
  }
  std::vector<boost::default_color_type> colors(question + 1, boost::white_color);
  boost::queue<std::size_t> frontier;
  boost::breadth_first_visit(drawn, question, frontier, boost::default_bfs_visitor(), colors.data());
  std::vector<bool> reached;
  for (std::size_t node = 0; node < question; ++node) reached.push_back(colors[node] != boost::white_color);
  return reached;
}

}  // namespace espalier
