#pragma once

#include <espalier/params.hpp>

#include "engine/engine.hpp"

namespace espalier::study {

/// [engine]: what no result depends on.
struct EngineParams : Params {
  using Params::Params;
  int open_problems = setting("open_problems", 0, "Problems worked on at the same time; 0: as many as memory allows.",
                              between(0, 100000));
  bool plain_threads =
      setting("plain_threads", false, "Every problem on a thread of its own, taking turns: for debuggers.");
  double call_seconds =
      setting("call_seconds", 3600.0,
              "Seconds for which a plugin may keep the run from everything else; then its problem has failed, or the "
              "run ends where the plugin cannot be interrupted. 0: for ever.",
              between(0, 1e9));
  double problem_seconds =
      setting("problem_seconds", 21600.0,
              "Seconds that one problem may take, its share of them while others are worked on beside it; then it has "
              "failed. 0: any.",
              between(0, 1e9));

  engine::EngineOptions options() const {
    engine::EngineOptions options{
        .open_tasks = open_problems, .call_seconds = call_seconds, .problem_seconds = problem_seconds};
    if (plain_threads) options.fibers = engine::FiberKind::threads;
    return options;
  }
};

}  // namespace espalier::study
