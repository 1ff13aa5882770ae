#pragma once

#include <cstdint>
#include <espalier/export.hpp>
#include <espalier/grader.hpp>
#include <espalier/value_model.hpp>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// Candidates first .. first+count-1 of a turn. Numbers are not negative.
struct Widths {
  int first = 0;
  int count = 1;
};

/// What a search knows of a node when it is done; shown by the tree viewer and kept for learning.
struct Note {
  std::optional<double> value;  ///< as the search ranks it
  std::optional<double> prior;
  std::optional<int> visits;
  std::map<std::string, double> more;
};

/// Thrown by Episode::expand; a search that lets it escape fails its problem.
class ESPALIER_API BudgetSpent : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  ~BudgetSpent() override;
};

/// One problem as a search sees it. Lives on the fiber of `solve`; every call may park it. Agents, graphs, models,
/// budgets and records are behind it.
class ESPALIER_API Episode {
 public:
  virtual ~Episode();

  virtual State root() const = 0;
  /// Draws candidates for the next turn of every state, all in one batch: result[i][k] extends states[i] by candidate
  /// widths[i].first + k. A state may be given more than once; a candidate asked for again, in this call or a later
  /// one, is the same one and costs nothing again. A message the topology rejects is left out, so result[i] may be
  /// shorter; when all are rejected it holds one repaired message. A width of no candidates gives an empty result[i].
  /// Nothing is drawn when it throws: std::logic_error on terminal states, on numbers below 0 and when there is not one
  /// width per state, BudgetSpent when the calls exceed the budget: ask `affordable` first.
  virtual std::vector<std::vector<State>> expand(std::span<const State> states, std::span<const Widths> widths) = 0;
  /// The same with equal widths for all states.
  std::vector<std::vector<State>> expand(std::span<const State> states, Widths all);
  /// Draws candidates that will probably be asked for, and those that may follow them: `turns` turns ahead, each in one
  /// batch, equal texts of siblings being followed once. Charged as speculative until `expand` claims them, which no
  /// budget counts, but for the seconds that pass. Does nothing when the budget is spent; terminal states are passed
  /// over.
  virtual void prefetch(std::span<const State> states, Widths widths, int turns) = 0;
  /// Scores states with a value model, charging the scorer. What the first model says that a search asks is shown as
  /// the states' values in tables and trees; what others say is recorded beside it, under their names. Throws
  /// std::logic_error where a model does not give one finite value per state, in [-1, 1] unless its facts say `raw`.
  virtual std::vector<Value> score(ValueModel& model, std::span<const State> states) = 0;
  /// The answer a state gives, as the dataset's grader reads it.
  virtual std::optional<Answer> answer(const State& state) const = 0;
  /// Whether two answers have the same vote, as the dataset's grader sees it.
  virtual bool agree(const Answer& one, const Answer& other) const = 0;
  /// Whether the budget allows no further agent call.
  virtual bool spent() const = 0;
  /// How many of `calls` further agent calls the budget allows.
  virtual int affordable(int calls) const = 0;
  /// Most messages that a trajectory of this problem takes, as the topology's facts say; 0: not known.
  virtual int longest() const = 0;
  /// The problem's key: derive from it whatever the search itself draws.
  virtual Key key() const = 0;
  /// Records what the search knows of a state.
  virtual void note(const State& state, Note note) = 0;
  /// Records one simulation: the states from the first move to the leaf, and the value backed up.
  virtual void simulation(std::span<const State> path, double leaf) = 0;
};

struct Ranked {
  State state;
  double score = 0.0;
};

struct Outcome {
  std::optional<State> chosen;  ///< a terminal state, or nothing when none was reached
  std::vector<Ranked> ranked;   ///< terminals, best first, the chosen one included
  std::string stopped;          ///< why it stopped: "done", "budget", "stalled", ...
};

/// Decides where to spend agent calls. Immutable; state of one problem lives on the stack of `solve`.
class ESPALIER_API Search {
 public:
  using Interface = Search;
  static constexpr std::string_view kind = "searches";
  static constexpr std::string_view section = "searches";
  struct Facts {
    /// Most agent calls of one problem whose trajectories take at most `turns` messages, as its topology says; empty:
    /// not known. Where the topology does not say how long they are, one trajectory more may be drawn to find out, as
    /// kit/search/horizon.hpp does.
    std::function<std::int64_t(int turns)> calls;
    bool logprobs = false;  ///< reads log-probabilities of messages: teams whose models tell none are refused
  };

  virtual ~Search();

  virtual Outcome solve(Episode& episode) const = 0;
};

}  // namespace espalier
