#include <algorithm>
#include <espalier/plugin.hpp>
#include <espalier/topology.hpp>

#include "graph_params.hpp"

namespace {

using espalier::Condition;
using espalier::kQuestion;

// An acyclic graph of agents, written out in the manifest.
//
// The question is delivered first; what a node says is delivered along its edges, where an edge with a condition
// delivers only texts that fulfil it. A node may speak once all edges into it have delivered. Turns are taken in
// topological order, the lowest index first; the state is terminal when no silent node may speak. A suppressed edge
// therefore silences its receiver for good, and with it everybody who waits for that receiver.
//
// The answer is the text of the only sink that spoke, or the labelled texts of several; when no sink spoke, the last
// text in topological order; before anybody spoke, the question.

class GraphTopology final : public espalier::Topology {
 public:
  using Params = espalier::GraphParams;

  explicit GraphTopology(const Params& params) : graph_(params.graph()), order_(espalier::topological_order(graph_)) {
    senders_.resize(graph_.nodes.size());
    for (const auto& [number, edge] : params.edges) {
      const int from = edge.from == "question" ? kQuestion : params.index(edge.from);
      senders_[static_cast<std::size_t>(params.index(edge.to))].push_back({from, Condition(edge.rule())});
      if (from != kQuestion) inner_.push_back(from);
    }
    for (auto& senders : senders_) {
      std::sort(senders.begin(), senders.end(), [](const Sender& a, const Sender& b) { return a.node < b.node; });
    }
    if (!params.answer.empty()) answer_ = params.index(params.answer);
    number_rounds();
  }

  static Facts facts(const Params& params) {
    Facts facts{.roles = {}, .graph = params.graph(), .longest = static_cast<int>(params.nodes.size())};
    for (const auto& node : facts.graph.nodes) {
      if (std::find(facts.roles.begin(), facts.roles.end(), node.role) == facts.roles.end())
        facts.roles.push_back(node.role);
    }
    return facts;
  }

  const espalier::Graph& graph() const override { return graph_; }

  std::optional<espalier::Turn> next(const espalier::Problem& problem,
                                     const espalier::Transcript& transcript) const override {
    const auto said = texts(transcript);
    for (const int node : order_) {
      if (said[static_cast<std::size_t>(node)] != nullptr) continue;
      if (auto inbox = full_inbox(problem, said, node)) {
        return espalier::Turn{.node = node,
                              .role = graph_.nodes[static_cast<std::size_t>(node)].role,
                              .inbox = std::move(*inbox),
                              .round = rounds_[static_cast<std::size_t>(node)]};
      }
    }
    return std::nullopt;
  }

  std::string answer(const espalier::Problem& problem, const espalier::Transcript& transcript) const override {
    const auto said = texts(transcript);
    if (answer_ && said[static_cast<std::size_t>(*answer_)] != nullptr)
      return *said[static_cast<std::size_t>(*answer_)];
    std::vector<int> spoke;
    for (std::size_t node = 0; node < said.size(); ++node) {
      const bool sink = std::find(inner_.begin(), inner_.end(), static_cast<int>(node)) == inner_.end();
      if (sink && said[node] != nullptr) spoke.push_back(static_cast<int>(node));
    }
    if (spoke.size() == 1) return *said[static_cast<std::size_t>(spoke.front())];
    if (!spoke.empty()) return labelled(said, spoke);
    const auto last = std::find_if(order_.rbegin(), order_.rend(),
                                   [&](int node) { return said[static_cast<std::size_t>(node)] != nullptr; });
    return last == order_.rend() ? problem.question : *said[static_cast<std::size_t>(*last)];
  }

 private:
  struct Sender {
    int node;
    Condition condition;
  };
  using Texts = std::vector<const std::string*>;  ///< by node; null: silent so far

  Texts texts(const espalier::Transcript& transcript) const {
    Texts said(graph_.nodes.size(), nullptr);
    for (const auto* message : transcript.messages()) said.at(static_cast<std::size_t>(message->node)) = &message->text;
    return said;
  }

  /// The inbox of a node once every sender has delivered; nothing before, or when a condition holds one back for good.
  std::optional<std::vector<espalier::Delivery>> full_inbox(const espalier::Problem& problem, const Texts& said,
                                                            int node) const {
    std::vector<espalier::Delivery> inbox;
    for (const auto& sender : senders_[static_cast<std::size_t>(node)]) {
      const bool asks = sender.node == kQuestion;
      const std::string* text = asks ? &problem.question : said[static_cast<std::size_t>(sender.node)];
      if (text == nullptr || !sender.condition.holds(*text)) return std::nullopt;
      inbox.push_back(
          {sender.node, *text, asks ? "question" : graph_.nodes[static_cast<std::size_t>(sender.node)].name});
    }
    return inbox;
  }

  static std::string labelled(const Texts& said, const std::vector<int>& nodes) {
    std::string all;
    for (const int node : nodes) {
      all += (all.empty() ? "[" : "\n\n[") + std::to_string(node) + "] " + *said[static_cast<std::size_t>(node)];
    }
    return all;
  }

  void number_rounds() {
    rounds_.assign(graph_.nodes.size(), 1);
    for (const int node : order_) {
      for (const auto& sender : senders_[static_cast<std::size_t>(node)]) {
        if (sender.node == kQuestion) continue;
        auto& round = rounds_[static_cast<std::size_t>(node)];
        round = std::max(round, rounds_[static_cast<std::size_t>(sender.node)] + 1);
      }
    }
  }

  espalier::Graph graph_;
  std::vector<int> order_;
  std::vector<std::vector<Sender>> senders_;  ///< by receiver, ascending
  std::vector<int> inner_;                    ///< nodes that send to others: no sinks
  std::vector<int> rounds_;
  std::optional<int> answer_;
};

}  // namespace

ESPALIER_PLUGIN(GraphTopology,
                "Agents on an acyclic graph written out as nodes and edges, with conditions on what is delivered.")
