#include "study/learning/rejection_sampling.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "study/shuffle.hpp"

namespace espalier::study {

RejectionSampling::RejectionSampling(const std::vector<SearchTree>& trees, const engine::Team& team, int trajectories,
                                     bool transcripts, Key key)
    : team_(team), trajectories_(trajectories), transcripts_(transcripts), key_(key) {
  for (const auto& tree : trees) {
    SuccessfulTree successful{.tree = &tree, .ends = {}};
    for (std::size_t node = 0; node < tree.nodes.size(); ++node) {
      if (tree.nodes[node].terminal && tree.nodes[node].mean() > 0) successful.ends.push_back(node);
    }
    if (!successful.ends.empty()) successful_.push_back(std::move(successful));
  }
}

std::vector<TrainingExample> RejectionSampling::about(std::size_t subject, std::uint64_t round) const {
  const SearchTree& tree = *successful_[subject].tree;
  std::vector<std::size_t> ends = successful_[subject].ends;
  if (trajectories_ > 0 && ends.size() > static_cast<std::size_t>(trajectories_)) {
    shuffle(ends, key_.child("rejection sampling").child(tree.problem->id).child(round));
    ends.resize(static_cast<std::size_t>(trajectories_));
  }
  std::set<int> nodes;  // parents come before children
  for (const std::size_t end : ends) {
    for (int node = static_cast<int>(end); node >= 0; node = tree.nodes[static_cast<std::size_t>(node)].parent)
      nodes.insert(node);
  }
  std::vector<TrainingExample> examples;
  for (const int node : nodes) examples.push_back(example_at(tree, static_cast<std::size_t>(node)));
  for (const std::size_t end : ends) {
    if (!transcripts_) break;
    State state = tree.state(end, *team_.topology);
    std::vector<bool> planted(static_cast<std::size_t>(state.transcript.depth()), false);
    examples.push_back({.role = std::string(kTranscript),
                        .trajectory = Trajectory{.end = std::move(state), .planted = std::move(planted)},
                        .problem = tree.problem->id});
  }
  return examples;
}

TrainingExample RejectionSampling::example_at(const SearchTree& tree, std::size_t node) const {
  const TreeNode& said = tree.nodes[node];
  const Transcript before =
      said.parent < 0 ? Transcript() : tree.nodes[static_cast<std::size_t>(said.parent)].transcript;
  const auto turn = team_.topology->next(*tree.problem, before);
  if (!turn)
    throw ExampleError("the tree of problem " + tree.problem->id + " goes on where the topology says it has ended");
  const auto chat = team_.speaker(turn->role).prompt(*tree.problem, *turn);
  if (!chat) throw ExampleError("the agent that plays \"" + turn->role + "\" shows its prompt to no language model");
  return {.role = turn->role, .chat = *chat, .target = said.transcript.last().text, .problem = tree.problem->id};
}

}  // namespace espalier::study
