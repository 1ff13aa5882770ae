#pragma once

#include <functional>
#include <span>

#include "engine/engine.hpp"
#include "engine/episode.hpp"

namespace espalier::engine {

/// A search by a team on problems, with one seed: a part of an experiment. What it points to must outlive the call.
struct Arm {
  const Team* team = nullptr;
  const Search* search = nullptr;
  const Grader* grader = nullptr;
  EpisodeOptions options;
  std::span<const Item> items;
};

/// Who is told of problems as they come and go. Called on the engine's fibers, and must not park; what is thrown ends
/// the run.
class SolveObserver {
 public:
  virtual ~SolveObserver() = default;
  /// A problem of arms[arm] begins.
  virtual void begun(std::size_t arm) = 0;
  /// It has ended; record.index says which it was. Nothing of it is kept elsewhere.
  virtual void finished(std::size_t arm, EpisodeRecord record, const EpisodeTiming& timing) = 0;
};

/// Runs the problems of all arms side by side, begun in the order of arms and of their items: the first problems of an
/// arm fill the batches that the last ones of the arm before leave empty. Failures of plugins become records with an
/// error; a failure of the machine ends the run with a MachineFailure that names the problem. Returns whether all were
/// finished: false after a stop request.
bool solve(Engine& engine, std::span<const Arm> arms, SolveObserver& observer);

}  // namespace espalier::engine
