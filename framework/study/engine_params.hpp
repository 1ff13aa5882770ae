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

  engine::EngineOptions options() const {
    engine::EngineOptions options{.open_tasks = open_problems};
    if (plain_threads) options.strands = engine::StrandKind::threads;
    return options;
  }
};

}  // namespace espalier::study
