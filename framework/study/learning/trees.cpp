#include "study/learning/trees.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "study/json.hpp"

namespace espalier::study {
namespace {

/// "0.2.1" is candidate 1 below "0.2".
std::pair<std::string, int> split_path(const std::string& path) {
  const auto dot = path.rfind('.');
  const auto number = std::stoi(dot == std::string::npos ? path : path.substr(dot + 1));
  return {dot == std::string::npos ? std::string() : path.substr(0, dot), number};
}

std::map<std::string, int> node_indices(const Topology& topology) {
  std::map<std::string, int> indices;
  const auto& nodes = topology.graph().nodes;
  for (std::size_t i = 0; i < nodes.size(); ++i) indices[nodes[i].name] = static_cast<int>(i);
  return indices;
}

/// One record on its way to a tree.
class Reader {
 public:
  Reader(const Json& record, const std::map<std::string, int>& graph) : record_(record), graph_(graph) {}

  SearchTree read() {
    Problem problem{.id = record_.at("id"), .question = record_.at("question")};
    if (record_.contains("attributes")) {
      for (const auto& [name, text] : record_.at("attributes").items()) problem.attributes[name] = text;
    }
    tree_.problem = std::make_shared<const Problem>(std::move(problem));
    tree_.seed = record_.at("seed");
    root_ = Transcript(Key{static_cast<std::uint64_t>(tree_.seed), 0}.child("espalier").child(tree_.problem->id));
    for (const auto& node : record_.at("nodes")) add(node);
    for (const auto& simulation : record_.at("simulations")) back_up(simulation);
    for (const auto& ranked : record_.at("ranked")) grade(ranked);
    return std::move(tree_);
  }

 private:
  void add(const Json& json) {
    if (json.contains("rejected") && !json.contains("repaired")) return;
    if (json.contains("speculative")) return;
    const std::string path = json.at("path");
    const auto [above, candidate] = split_path(path);
    const auto parent = above.empty() ? places_.end() : places_.find(above);
    if (!above.empty() && parent == places_.end()) return;
    const auto name = graph_.find(json.at("node").get<std::string>());
    if (name == graph_.end()) {
      throw JsonError("node \"" + json.at("node").get<std::string>() + "\" is not in the stage's topology");
    }
    Message message{.node = name->second, .text = json.at("text")};
    if (json.contains("token_ids")) {
      message.tokens = json.at("token_ids").get<std::vector<std::int32_t>>();
      message.logprobs = json.value("token_logprobs", std::vector<float>{});
    }
    const Transcript& before = above.empty() ? root_ : tree_.nodes[parent->second].transcript;
    places_[path] = tree_.nodes.size();
    tree_.nodes.push_back({.transcript = before.extended(std::move(message), candidate),
                           .parent = above.empty() ? -1 : static_cast<int>(parent->second),
                           .role = json.at("role"),
                           .terminal = json.value("terminal", false)});
  }

  void back_up(const Json& simulation) {
    const double value = simulation.at("value");
    ++tree_.visits;
    tree_.returns += value;
    const auto leaf = places_.find(simulation.at("leaf").get<std::string>());
    if (leaf == places_.end()) return;
    for (int at = static_cast<int>(leaf->second); at >= 0; at = tree_.nodes[static_cast<std::size_t>(at)].parent) {
      TreeNode& node = tree_.nodes[static_cast<std::size_t>(at)];
      ++node.visits;
      node.successes += value > 0;
      node.returns += value;
    }
  }

  void grade(const Json& ranked) {
    const auto place = places_.find(ranked.at("path").get<std::string>());
    if (place == places_.end()) return;
    TreeNode& node = tree_.nodes[place->second];
    if (!node.terminal || node.visits > 0) return;
    const bool correct = ranked.at("correct");
    node.visits = 1;
    node.successes = correct ? 1 : 0;
    node.returns = correct ? 1.0 : -1.0;
  }

  const Json& record_;
  const std::map<std::string, int>& graph_;
  SearchTree tree_;
  Transcript root_;
  std::map<std::string, std::size_t> places_;
};

}  // namespace

State SearchTree::state(std::size_t node, const Topology& topology) const {
  State state{.problem = problem.get(), .topology = &topology, .transcript = nodes[node].transcript};
  if (!nodes[node].terminal) state.next.emplace();
  return state;
}

std::vector<SearchTree> read_trees(const std::filesystem::path& records, const Topology& topology) {
  const auto graph = node_indices(topology);
  std::vector<SearchTree> trees;
  read_json_lines(records, "no record of a search tree: ", [&](const Json& record, std::size_t) {
    if (!record.contains("error") && record.contains("simulations")) trees.push_back(Reader(record, graph).read());
  });
  return trees;
}

}  // namespace espalier::study
