#pragma once

#include <algorithm>
#include <espalier/search.hpp>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace espalier::testing {

/// A row of turns of one speaker. The answer is all that was said, joined by blanks: every leaf has an answer of its
/// own.
class Row final : public Topology {
 public:
  explicit Row(int turns) : turns_(turns) {
    for (int node = 0; node < turns; ++node) {
      graph_.nodes.push_back({"turn" + std::to_string(node), "speaker"});
      graph_.edges.push_back({node - 1, node, ""});
    }
  }

  const Graph& graph() const override { return graph_; }
  std::optional<Turn> next(const Problem& problem, const Transcript& transcript) const override {
    if (transcript.depth() >= turns_) return std::nullopt;
    const int node = transcript.depth();
    return Turn{.node = node,
                .role = "speaker",
                .inbox = {{node - 1, node == 0 ? problem.question : transcript.last().text, ""}},
                .round = node + 1};
  }
  std::string answer(const Problem&, const Transcript& transcript) const override {
    std::string all;
    for (const auto* message : transcript.messages()) all += (all.empty() ? "" : " ") + message->text;
    return all;
  }

 private:
  int turns_;
  Graph graph_;
};

/// What a toy game is made of.
struct ToyRules {
  std::shared_ptr<const Topology> topology = std::make_shared<Row>(3);
  std::function<Message(const State&, int candidate)> speak = [](const State&, int candidate) {
    Message message;
    message.text = std::to_string(candidate);
    return message;
  };
  std::function<std::optional<Answer>(const std::string&)> read = [](const std::string& text) {
    return std::optional<Answer>({.text = text, .canonical = text, .rule = "all"});
  };
  std::function<bool(const Answer&, const Answer&)> agree = [](const Answer& one, const Answer& other) {
    return one.canonical == other.canonical;
  };
  std::string gold;                 ///< canonical form of the right answer
  int budget = 1'000'000;           ///< agent calls
  std::optional<int> longest = {};  ///< what the topology's facts would say; absent: as many messages as it has nodes
};

/// One problem without an engine: agents are a function, the budget is a number of calls, records are public. Anything
/// a search must not do throws std::logic_error.
class ToyEpisode final : public Episode {
 public:
  explicit ToyEpisode(ToyRules rules) : rules_(std::move(rules)) { problem.question = "which way?"; }

  State root() const override { return state(Transcript(key())); }

  using Episode::expand;
  std::vector<std::vector<State>> expand(std::span<const State> states, std::span<const Widths> widths) override {
    if (states.size() != widths.size()) throw std::logic_error("there is not one width per state");
    std::vector<std::vector<State>> all;
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (widths[i].first < 0 || widths[i].count < 0) throw std::logic_error("a candidate's number is below 0");
      if (states[i].terminal()) throw std::logic_error("a terminal state was expanded");
      all.push_back(children(states[i], widths[i]));
    }
    return all;
  }
  void prefetch(std::span<const State>, Widths, int turns) override { prefetched += turns; }
  std::vector<Value> score(ValueModel& model, std::span<const State> states) override {
    scored += static_cast<int>(states.size());
    return model.score(states);
  }
  std::optional<Answer> answer(const State& state) const override {
    return rules_.read(rules_.topology->answer(problem, state.transcript));
  }
  bool agree(const Answer& one, const Answer& other) const override { return rules_.agree(one, other); }
  bool spent() const override { return calls >= rules_.budget; }
  int affordable(int wanted) const override { return std::max(0, std::min(wanted, rules_.budget - calls)); }
  int longest() const override {
    return rules_.longest.value_or(static_cast<int>(rules_.topology->graph().nodes.size()));
  }
  Key key() const override { return Key{1, 2}.child(problem.id); }
  void note(const State& state, Note note) override { notes[state.transcript.path()] = std::move(note); }
  void simulation(std::span<const State> path, double leaf) override {
    if (path.empty() || !path.back().terminal()) throw std::logic_error("a simulation ended before a terminal state");
    simulations.emplace_back(path.back().transcript.path(), leaf);
  }

  bool correct(const State& state) const {
    const auto found = answer(state);
    return found && found->canonical == rules_.gold;
  }

  Problem problem{.id = "toy", .question = "", .attributes = {}};
  int calls = 0;                                            ///< candidates drawn
  int prefetched = 0;                                       ///< turns drawn ahead
  int scored = 0;                                           ///< states shown to value models
  bool drew_gold = false;                                   ///< a right answer is among the candidates drawn
  std::map<std::string, Note> notes;                        ///< by path
  std::vector<std::pair<std::string, double>> simulations;  ///< leaf's path and value

 private:
  State state(Transcript transcript) const {
    State made{.problem = &problem, .topology = rules_.topology.get(), .transcript = std::move(transcript)};
    made.next = rules_.topology->next(problem, made.transcript);
    if (made.terminal() && !rules_.gold.empty()) made.reward = correct(made) ? 1.0 : -1.0;
    return made;
  }

  /// The candidates that stand; when all are rejected, the first one repaired.
  std::vector<State> children(const State& parent, Widths width) {
    if (width.count == 0) return {};
    std::vector<State> standing;
    for (int k = width.first; k < width.first + width.count; ++k) {
      if (const auto child = draw(parent, k)) standing.push_back(*child);
    }
    if (!standing.empty()) return standing;
    auto& repaired = repaired_[path(parent, width.first)];
    if (!repaired) {
      repaired =
          follow(parent, width.first,
                 rules_.topology->repair(problem, parent.transcript, *parent.next, rules_.speak(parent, width.first)));
    }
    return {*repaired};
  }

  /// Nothing where the topology rejects the message.
  std::optional<State> draw(const State& parent, int candidate) {
    const std::string where = path(parent, candidate);
    if (const auto known = drawn_.find(where); known != drawn_.end()) return known->second;
    if (spent()) throw BudgetSpent("the toy budget is spent");
    ++calls;
    auto verdict = rules_.topology->accept(problem, parent.transcript, *parent.next, rules_.speak(parent, candidate));
    auto* const accepted = std::get_if<Message>(&verdict);
    return drawn_[where] = accepted ? std::optional(follow(parent, candidate, std::move(*accepted))) : std::nullopt;
  }

  State follow(const State& parent, int candidate, Message message) {
    message.node = parent.next->node;
    State next = state(parent.transcript.extended(std::move(message), candidate));
    drew_gold = drew_gold || next.reward == 1.0;
    return next;
  }

  static std::string path(const State& parent, int candidate) {
    return parent.transcript.path() + "/" + std::to_string(candidate);
  }

  ToyRules rules_;
  std::map<std::string, std::optional<State>> drawn_;
  std::map<std::string, std::optional<State>> repaired_;
};

}  // namespace espalier::testing
