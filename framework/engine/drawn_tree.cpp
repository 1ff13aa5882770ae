#include "engine/drawn_tree.hpp"

#include <algorithm>
#include <utility>

namespace espalier::engine {
namespace {

/// Takes the number in front of the first dot off `path`. Numbers have no leading zeros: the longer one is the larger.
std::string_view take_number(std::string_view& path) {
  const auto dot = path.find('.');
  const auto number = path.substr(0, dot);
  path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  return number;
}

}  // namespace

bool path_before(std::string_view left, std::string_view right) {
  while (!left.empty() && !right.empty()) {
    const auto a = take_number(left);
    const auto b = take_number(right);
    if (a.size() != b.size()) return a.size() < b.size();
    if (a != b) return a < b;
  }
  return left.empty() && !right.empty();
}

Drawn* DrawnTree::find(const Key& key) {
  const auto found = drawn_.find(key);
  return found == drawn_.end() ? nullptr : &found->second;
}

const Drawn* DrawnTree::find(const Key& key) const {
  const auto found = drawn_.find(key);
  return found == drawn_.end() ? nullptr : &found->second;
}

std::string DrawnTree::path(const Key& key) const {
  const Drawn* drawn = find(key);
  return drawn ? drawn->record.path : std::string();
}

Drawn& DrawnTree::add(const Key& parent, Drawn drawn) {
  NodeRecord& record = drawn.record;
  record.parent = path(parent);
  record.path = record.parent + (record.parent.empty() ? "" : ".") + std::to_string(record.candidate);
  return drawn_.try_emplace(parent.child(static_cast<std::uint64_t>(record.candidate)), std::move(drawn)).first->second;
}

void DrawnTree::simulated(std::span<const State> path, double leaf) {
  for (const State& state : path) {
    if (Drawn* drawn = find(state.transcript.key())) {
      ++drawn->record.visits;
      drawn->record.successes += leaf > 0;
    }
  }
  simulations_.push_back({path.empty() ? std::string() : this->path(path.back().transcript.key()), leaf});
}

void DrawnTree::valued(const Drawn& terminal, std::optional<double> value, std::int64_t agent_calls) {
  if (!milestones_.empty() && (!value || (best_value_ && *value <= *best_value_))) return;
  if (!milestones_.empty() && milestones_.back().agent_calls == agent_calls) milestones_.pop_back();
  milestones_.push_back({agent_calls, terminal.record.path, terminal.record.correct});
  best_value_ = value;
}

void DrawnTree::move_into(EpisodeRecord& record, bool keep_tokens) {
  record.simulations = std::move(simulations_);
  record.nodes.reserve(drawn_.size());
  for (auto& [key, drawn] : drawn_) {
    record.nodes.push_back(std::move(drawn.record));
    if (keep_tokens) continue;
    record.nodes.back().message.tokens = {};
    record.nodes.back().message.logprobs = {};
  }
  drawn_.clear();
  std::ranges::sort(record.nodes, path_before, &NodeRecord::path);
}

}  // namespace espalier::engine
