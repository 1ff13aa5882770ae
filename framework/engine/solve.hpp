#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/engine.hpp"
#include "engine/episode.hpp"

namespace espalier::engine {

/// A search by a team on problems: one arm of an experiment. The pointers must outlive the call.
struct Arm {
  const Team* team = nullptr;
  const Search* search = nullptr;
  const Grader* grader = nullptr;
  EpisodeOptions options;
};

struct Solved {
  std::vector<EpisodeRecord> records;  ///< of finished problems, in the order of `items`
  std::vector<EpisodeTiming> timings;  ///< same length
  bool complete = false;               ///< false after a stop request
};

/// Called on the engine's strands whenever a problem is finished; must not park. What it throws ends up with the caller
/// of solve.
using Progress = std::function<void(const EpisodeRecord&, const EpisodeTiming&)>;

/// Runs `arm` on all items side by side. Failures of plugins become records with an error.
Solved solve(Engine& engine, const Arm& arm, std::span<const Item> items, const Progress& progress = {});

}  // namespace espalier::engine
