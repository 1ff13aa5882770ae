#pragma once

#include <algorithm>
#include <espalier/params.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "condition.hpp"
#include "schedule.hpp"

namespace espalier {

/// One node of a literal graph.
struct NodeParams : Params {
  using Params::Params;
  std::string role = field("role", "", "Role that speaks here. Empty: the node's name.");
};

/// One edge of a literal graph.
struct EdgeParams : Params {
  using Params::Params;
  std::string from = required<std::string>("from", "Node that sends, or \"question\".");
  std::string to = required<std::string>("to", "Node that receives.");
  std::optional<std::string> contains =
      maybe<std::string>("contains", "Deliver only texts with this in them, in any case.");
  std::optional<std::string> not_contains =
      maybe<std::string>("not_contains", "Deliver only texts without this in them.");
  std::optional<std::string> regex = maybe<std::string>("regex", "Deliver only texts this regular expression matches.");
  std::optional<std::string> not_regex = maybe<std::string>("not_regex", "Deliver only texts it does not match.");

  void validate() const {
    std::string_view first;
    for (const auto& [key, pattern] : {std::pair("contains", &contains), std::pair("not_contains", &not_contains),
                                       std::pair("regex", &regex), std::pair("not_regex", &not_regex)}) {
      if (!pattern->has_value()) continue;
      if (!first.empty())
        reject(key, "is a second condition beside " + std::string(first) + "; an edge has at most one");
      first = key;
    }
    refuse_bad_regex("regex", regex);
    refuse_bad_regex("not_regex", not_regex);
  }

  Rule rule() const {
    if (contains) return {Rule::Kind::contains, *contains};
    if (not_contains) return {Rule::Kind::not_contains, *not_contains};
    if (regex) return {Rule::Kind::regex, *regex};
    if (not_regex) return {Rule::Kind::not_regex, *not_regex};
    return {};
  }

 private:
  void refuse_bad_regex(std::string_view key, const std::optional<std::string>& pattern) const {
    try {
      if (pattern) base::Regex{*pattern};
    } catch (const std::invalid_argument& error) {
      reject(key, std::string("is no regular expression: ") + error.what());
    }
  }
};

/// A literal graph; everything that could be wrong with one is found here, before any object exists.
struct GraphParams : Params {
  using Params::Params;
  std::vector<Named<NodeParams>> nodes =
      tables<NodeParams>("nodes", "The nodes, in order of their turns where the edges leave a choice.");
  std::vector<Named<EdgeParams>> edges = tables<EdgeParams>("edges", "Who hears whom.");
  std::string answer = field("answer", "", "Node whose text is the answer when it spoke. Empty: the sinks.");

  void validate() const {
    if (nodes.empty()) reject("nodes", "must name at least one node");
    for (const auto& [name, node] : nodes) {
      if (name == "question") reject("nodes.question", "is reserved for what is asked; choose another name");
    }
    if (!answer.empty() && index(answer) < 0) reject("answer", "names no node; known: " + names());
    if (edges_stand()) refuse_bad_shape();
  }

  /// The graph as far as its edges name nodes.
  Graph graph() const {
    Graph graph;
    for (const auto& [name, node] : nodes) graph.nodes.push_back({name, node.role.empty() ? name : node.role});
    for (const auto& [number, edge] : edges) {
      const int from = edge.from == "question" ? kQuestion : index(edge.from);
      const int to = index(edge.to);
      if (to >= 0 && (from >= 0 || edge.from == "question")) graph.edges.push_back({from, to, edge.rule().spelled()});
    }
    return graph;
  }

  /// The node's index, -2 when there is none.
  int index(std::string_view name) const {
    const auto found = std::find_if(nodes.begin(), nodes.end(), [&](const auto& node) { return node.name == name; });
    return found == nodes.end() ? -2 : static_cast<int>(found - nodes.begin());
  }

 private:
  std::string names() const {
    std::string all;
    for (const auto& [name, node] : nodes) all += (all.empty() ? "" : ", ") + name;
    return all;
  }

  static std::string path(const Named<EdgeParams>& edge) {
    const bool numbered = edge.name.find_first_not_of("0123456789") == std::string::npos;
    return numbered ? "edges[" + edge.name + "]" : "edges." + edge.name;
  }

  /// Rejects edges that are wrong by themselves or said twice; whether none is.
  bool edges_stand() const {
    bool stand = !nodes.empty();
    const auto refuse = [&](const std::string& where, std::string why) {
      stand = false;
      reject(where, std::move(why));
    };
    for (auto edge = edges.begin(); edge != edges.end(); ++edge) {
      const auto& [from, to] = std::pair(edge->value.from, edge->value.to);
      if (from.empty() || to.empty()) {
        stand = false;  // reported when it was read
        continue;
      }
      if (from != "question" && index(from) < 0)
        refuse(path(*edge) + ".from", "names no node: there is no " + from + "; known: question, " + names());
      if (to == "question")
        refuse(path(*edge) + ".to", "cannot be the question, which hears nobody");
      else if (index(to) < 0)
        refuse(path(*edge) + ".to", "names no node: there is no " + to + "; known: " + names());
      const bool twice = std::any_of(
          edges.begin(), edge, [&](const auto& other) { return other.value.from == from && other.value.to == to; });
      if (twice) refuse(path(*edge), "is there already: from " + from + " to " + to);
    }
    return stand;
  }

  void refuse_bad_shape() const {
    const Graph shape = graph();
    if (const auto cycle = find_cycle(shape); !cycle.empty()) {
      std::string around;
      for (const int node : cycle)
        around += (around.empty() ? "" : " -> ") + nodes[static_cast<std::size_t>(node)].name;
      const auto closing = std::find_if(edges.begin(), edges.end(), [&](const auto& edge) {
        return index(edge.value.from) == cycle[cycle.size() - 2] && index(edge.value.to) == cycle.back();
      });
      reject(path(*closing), "closes a cycle: " + around);
      return;
    }
    const auto reached = reached_from_question(shape);
    for (std::size_t node = 0; node < nodes.size(); ++node) {
      const bool hears = std::any_of(shape.edges.begin(), shape.edges.end(),
                                     [&](const auto& edge) { return edge.to == static_cast<int>(node); });
      if (!hears)
        reject("nodes." + nodes[node].name, "hears nobody; add an edge from the question or from another node");
      else if (!reached[node])
        reject("nodes." + nodes[node].name, "is never reached from the question");
    }
  }
};

}  // namespace espalier
