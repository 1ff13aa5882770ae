#pragma once

#include <cstdint>
#include <espalier/dataset.hpp>
#include <espalier/search.hpp>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/budget.hpp"
#include "engine/record.hpp"
#include "engine/team.hpp"

namespace espalier::engine {

/// How problems are run; equal for all problems of an arm.
struct EpisodeOptions {
  Budget budget;
  Key run_key;               ///< Key{seed, 0}.child("espalier"); a problem's key is its child named by the problem's id
  std::int64_t seed = 0;     ///< as recorded
  int longest = 0;           ///< most messages of one problem (Topology::Facts); 0: not known
  bool oracle = false;       ///< fill State::reward at terminals
  bool keep_tree = true;     ///< keep nodes and simulations in records
  bool keep_tokens = false;  ///< keep token ids and log-probabilities in records, not only their number and sum
  CallTally* tally = nullptr;  ///< told of every completion, where there is one; must outlive the run
};

/// One problem: what a search calls, and what is recorded of it. Lives on the fiber that solves it.
class ProblemEpisode final : public Episode {
 public:
  /// Team, item and grader must outlive the episode. Throws std::invalid_argument when the grader cannot read the gold
  /// answer.
  ProblemEpisode(const Team& team, const Item& item, const Grader& grader, const EpisodeOptions& options);
  ~ProblemEpisode() override;
  ProblemEpisode(const ProblemEpisode&) = delete;
  ProblemEpisode& operator=(const ProblemEpisode&) = delete;

  State root() const override;
  using Episode::expand;
  std::vector<std::vector<State>> expand(std::span<const State> states, std::span<const Widths> widths) override;
  void prefetch(std::span<const State> states, Widths widths, int turns) override;
  std::vector<Value> score(ValueModel& model, std::span<const State> states) override;
  std::optional<Answer> answer(const State& state) const override;
  bool agree(const Answer& one, const Answer& other) const override;
  bool spent() const override;
  int affordable(int calls) const override;
  int longest() const override;
  Key key() const override;
  void note(const State& state, Note note) override;
  void simulation(std::span<const State> path, double leaf) override;

  /// Runs `search` on this episode and grades what it chose. What a plugin throws becomes the record's error, but for
  /// failures of the machine: these are thrown.
  EpisodeRecord solve(const Search& search);

  const Ledger& ledger() const;
  const EpisodeTiming& timing() const;

 private:
  struct Progress;
  std::unique_ptr<Progress> progress_;
};

}  // namespace espalier::engine
