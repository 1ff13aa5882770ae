#pragma once

#include <espalier/search.hpp>
#include <optional>
#include <span>
#include <vector>

#include "engine/activity_page.hpp"
#include "engine/drawn_tree.hpp"
#include "engine/episode.hpp"

namespace espalier::engine {

/// Candidates of one position that nobody has drawn so far, and what came of asking for them.
struct Gap {
  const State* state;
  int first;
  int count;
  Receipt receipt;
  std::vector<Message> messages;
};

/// What is known of the problem so far.
struct ProblemEpisode::Progress {
  Progress(const Team& team, const Item& item, const Grader& grader, const EpisodeOptions& options);

  const Problem& problem() const { return item.problem; }
  const Topology& topology() const { return *team.topology; }

  /// The state after `transcript`.
  State state(Transcript transcript) const;
  /// The state a drawn candidate leads to; grades it when it is terminal.
  State child(const State& parent, int candidate);
  std::optional<Answer> answer(const State& state) const;
  bool agree(const Answer& one, const Answer& other) const;
  bool is_correct(const std::optional<Answer>& answer) const;
  /// Throws std::logic_error when `state` is another problem's.
  void check(const State& state) const;

  /// The runs of candidates not drawn so far; what is asked for twice counts once. One width per state.
  std::vector<Gap> gaps(std::span<const State> states, std::span<const Widths> widths);
  /// How many of the candidates were drawn ahead and would now be claimed.
  int unclaimed(std::span<const State> states, std::span<const Widths> widths);
  /// Lets the agents speak, all gaps side by side.
  void fill(std::vector<Gap>& gaps) const;
  /// Enters what was said. In the order in which it was asked for, whoever finished first: records depend on it.
  void settle(Gap& gap, bool claimed);
  /// Counts the completions of a receipt, for the timing and whoever watches the run.
  void count(const Receipt& receipt);
  /// Records what a value model says of a state: each model has a channel of its own, and the first one asked is what
  /// guides the search.
  void enter_score(const ValueModel& model, const State& state, const Value& value);
  /// Charges what was drawn ahead as if it had been drawn now.
  void claim(std::span<const State> states, std::span<const Widths> widths);
  /// The candidates that stand; when all were rejected, the first one repaired.
  std::vector<State> children(const State& parent, Widths widths);
  /// The states that drawn candidates lead to, ungraded; rejected messages and equal texts are left out.
  std::vector<State> prospects(const State& parent, Widths widths) const;
  /// Grades what the search chose.
  void choose(const Outcome& outcome, EpisodeRecord& record) const;

  const ProblemScope named;  ///< first, as members below call plugins
  const Team& team;
  const Item& item;
  const Grader& grader;
  EpisodeOptions options;
  Key key;
  Answer gold;
  BudgetMeter meter;
  Ledger ledger;
  DrawnTree tree;
  const ValueModel* guide = nullptr;  ///< the first value model that was asked
  std::optional<Note> root_note;
  EpisodeTiming timing;
};

}  // namespace espalier::engine
