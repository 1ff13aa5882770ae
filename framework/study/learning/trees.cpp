#include "study/learning/trees.hpp"

#include <charconv>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include "study/json.hpp"
#include "study/results/records.hpp"

namespace espalier::study {
namespace {

/// "0.2.1" is candidate 1 below "0.2". Throws JsonError for what does not end in a number.
std::pair<std::string, int> split_path(const std::string& path) {
  const auto dot = path.rfind('.');
  const std::size_t begin = dot == std::string::npos ? 0 : dot + 1;
  const char* const end = path.data() + path.size();
  int number = -1;
  const auto [stop, error] = std::from_chars(path.data() + begin, end, number);
  if (error != std::errc{} || stop != end || number < 0)
    throw JsonError("\"" + path.substr(0, 80) + "\" is the path of no message");
  return {dot == std::string::npos ? std::string() : path.substr(0, dot), number};
}

std::map<std::string, int> node_indices(const Topology& topology) {
  std::map<std::string, int> indices;
  const auto& nodes = topology.graph().nodes;
  for (std::size_t i = 0; i < nodes.size(); ++i) indices[nodes[i].name] = static_cast<int>(i);
  return indices;
}

/// One record on its way to a tree.
class TreeParser {
 public:
  TreeParser(const Json& record, const std::map<std::string, int>& graph) : record_(record), graph_(graph) {}

  SearchTree read() {
    Problem problem{.id = member<std::string>(record_, "id"), .question = member<std::string>(record_, "question")};
    if (record_.contains("attributes"))
      problem.attributes = member<std::map<std::string, std::string>>(record_, "attributes");
    tree_.problem = std::make_shared<const Problem>(std::move(problem));
    tree_.seed = member<std::int64_t>(record_, "seed");
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
    const auto path = member<std::string>(json, "path");
    const auto [above, candidate] = split_path(path);
    const auto parent = above.empty() ? places_.end() : places_.find(above);
    if (!above.empty() && parent == places_.end()) return;
    const auto name = member<std::string>(json, "node");
    const auto node = graph_.find(name);
    if (node == graph_.end()) throw JsonError("node \"" + name + "\" is not in the stage's topology");
    Message message{.node = node->second, .text = member<std::string>(json, "text")};
    if (json.contains("token_ids")) message.tokens = member<std::vector<std::int32_t>>(json, "token_ids");
    if (json.contains("token_logprobs")) message.logprobs = member<std::vector<float>>(json, "token_logprobs");
    if (message.tokens.empty() && json.contains("tokens")) message.untold_tokens = member<int>(json, "tokens");
    if (!message.tokens.empty() && !message.logprobs.empty() && message.logprobs.size() != message.tokens.size())
      throw JsonError("`token_logprobs` of \"" + path + "\" are not as many as `token_ids`");
    const Transcript& before = above.empty() ? root_ : tree_.nodes[parent->second].transcript;
    if (!places_.try_emplace(path, tree_.nodes.size()).second) throw JsonError("has the path \"" + path + "\" twice");
    tree_.nodes.push_back({.transcript = before.extended(std::move(message), candidate),
                           .parent = above.empty() ? -1 : static_cast<int>(parent->second),
                           .role = member<std::string>(json, "role"),
                           .terminal = json.contains("terminal") && member<bool>(json, "terminal")});
  }

  void back_up(const Json& simulation) {
    const auto value = member<double>(simulation, "value");
    ++tree_.visits;
    tree_.returns += value;
    const auto leaf = places_.find(member<std::string>(simulation, "leaf"));
    if (leaf == places_.end()) return;
    for (int at = static_cast<int>(leaf->second); at >= 0; at = tree_.nodes[static_cast<std::size_t>(at)].parent) {
      TreeNode& node = tree_.nodes[static_cast<std::size_t>(at)];
      ++node.visits;
      node.successes += value > 0;
      node.returns += value;
      if (!std::isfinite(node.returns)) throw JsonError("has values too large to be added");
    }
  }

  void grade(const Json& ranked) {
    const auto place = places_.find(member<std::string>(ranked, "path"));
    if (place == places_.end()) return;
    TreeNode& node = tree_.nodes[place->second];
    if (!node.terminal || node.visits > 0) return;
    const auto correct = member<bool>(ranked, "correct");
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
  read_json_lines(records, kNoRecord, [&](const Json& record, std::size_t) {
    if (!record.contains("error") && record.contains("simulations")) trees.push_back(TreeParser(record, graph).read());
  });
  return trees;
}

}  // namespace espalier::study
