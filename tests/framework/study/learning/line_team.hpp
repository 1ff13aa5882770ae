#pragma once

#include <espalier/agent.hpp>
#include <espalier/topology.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/team.hpp"

namespace espalier::tests {

/// Two or more roles in a row; each hears the one before.
class Line final : public Topology {
 public:
  explicit Line(std::vector<std::string> roles) : roles_(std::move(roles)) {}
  const Graph& graph() const override { return graph_; }
  std::optional<Turn> next(const Problem& problem, const Transcript& transcript) const override {
    const auto depth = static_cast<std::size_t>(transcript.depth());
    if (depth == roles_.size()) return std::nullopt;
    return Turn{.node = transcript.depth(),
                .role = roles_[depth],
                .inbox = {{kQuestion, depth == 0 ? problem.question : transcript.last().text, "question"}}};
  }
  std::string answer(const Problem&, const Transcript& transcript) const override { return transcript.last().text; }

 private:
  std::vector<std::string> roles_;
  Graph graph_;
};

class Prompted final : public Agent {
 public:
  std::vector<Message> speak(const Problem&, const Turn&, const Draw&) override { return {}; }
  std::optional<Chat> prompt(const Problem&, const Turn& turn) const override {
    return Chat{{{ChatMessage::Role::user, turn.inbox.front().text}}};
  }
};

inline std::vector<engine::Team> teams_of(std::vector<std::string> roles) {
  engine::Team team;
  for (const auto& role : roles) team.agents[role] = std::make_shared<Prompted>();
  team.topology = std::make_shared<Line>(std::move(roles));
  return {team};
}

}  // namespace espalier::tests
