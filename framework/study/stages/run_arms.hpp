#pragma once

#include <espalier/params.hpp>
#include <span>

#include "study/stages/stage.hpp"

namespace espalier::study {

/// Runs arms side by side, each with all seeds, and writes records.jsonl and timings.jsonl, in arm, seed and dataset
/// order, and problems.json. While they run, both grow problem by problem, and progress.json says how far they are:
///
///     { "stage": LABEL, "done": PROBLEMS, "of": PROBLEMS, "seconds": S, "arms": as in summary.json, of what is done }
///
/// where problems count once for each arm and seed. Incomplete after a stop request. Throws MachineFailure when the
/// machine fails; host::ManifestError, before anything runs, for mistakes in the data.
StageOutcome run_arms(StageContext& context, std::span<const Named<host::Node>> arms);

}  // namespace espalier::study
