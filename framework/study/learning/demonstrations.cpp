#include "study/learning/demonstrations.hpp"

#include <utility>

namespace espalier::study {
namespace {

Message accepted(const Topology& topology, const Problem& problem, const Transcript& transcript, const Turn& turn,
                 std::string text) {
  Message said;
  said.node = turn.node;
  said.text = std::move(text);
  auto verdict = topology.accept(problem, transcript, turn, said);
  if (const auto* rejected = std::get_if<Rejected>(&verdict)) {
    throw ExampleError("the topology rejects the message demonstrated for role \"" + turn.role + "\" on problem " +
                       problem.id + ": " + rejected->why);
  }
  Message message = std::get<Message>(std::move(verdict));
  message.node = turn.node;
  return message;
}

}  // namespace

Dialogues::Dialogues(const Dataset& dataset, const std::vector<Item>& items, const std::vector<engine::Team>& teams,
                     std::vector<int> per_problem, bool transcripts, Key key)
    : dataset_(dataset),
      items_(items),
      teams_(teams),
      per_problem_(std::move(per_problem)),
      transcripts_(transcripts),
      key_(key) {}

std::vector<TrainingExample> Dialogues::about(std::size_t subject, std::uint64_t round) const {
  const Item& item = items_[subject];
  std::vector<TrainingExample> examples;
  const Key key = key_.child("dialogues").child(item.problem.id).child(round);
  for (std::size_t graph = 0; graph < teams_.size(); ++graph) {
    for (int dialogue = 0; dialogue < per_problem_[graph]; ++dialogue) {
      hold(teams_[graph], item, key.child(graph).child(static_cast<std::uint64_t>(dialogue)), examples);
    }
  }
  return examples;
}

void Dialogues::hold(const engine::Team& team, const Item& item, Key key,
                     std::vector<TrainingExample>& examples) const {
  const Problem& problem = item.problem;
  Transcript transcript(key);
  std::vector<bool> planted;
  while (const auto turn = team.topology->next(problem, transcript)) {
    const auto demonstration = dataset_.demonstration(item, turn->role, key);
    if (!demonstration) {
      throw ExampleError("the dataset demonstrates nothing for role \"" + turn->role + "\" on problem " + problem.id);
    }
    const auto chat = team.speaker(turn->role).prompt(problem, *turn);
    if (!chat) {
      throw ExampleError("the agent that plays \"" + turn->role + "\" shows its prompt to no language model");
    }
    examples.push_back({.role = turn->role, .chat = *chat, .target = demonstration->text, .problem = problem.id});
    planted.push_back(demonstration->heard.has_value());
    transcript = transcript.extended(
        accepted(*team.topology, problem, transcript, *turn, demonstration->heard.value_or(demonstration->text)), 0);
  }
  if (!transcripts_) return;
  State end{.problem = &problem, .topology = team.topology.get(), .transcript = std::move(transcript)};
  examples.push_back({.role = std::string(kTranscript),
                      .trajectory = Trajectory{std::move(end), std::move(planted)},
                      .problem = problem.id});
}

}  // namespace espalier::study
