#pragma once

#include <optional>

#include "study/stages/stage.hpp"

namespace espalier::study {

/// `do = "solve"`: one team and one search on problems.
StageType solve_stage();

/// `do = "compare"`: arms, each a patch on the stage, on the same problems and seeds.
StageType compare_stage();

/// An arm's table without agents that play no role in it; see with_players_only.
host::Node arm_with_players_only(host::Factory& factory, const host::Node& table);

/// Reads a table as an arm, dry: parameters, and whether every role is played.
host::Resolution check_arm(host::Factory& factory, const host::Node& table, host::DryPass& pass);

/// Runs arms side by side, each with all seeds, and writes records.jsonl and timings.jsonl, in arm, seed and dataset
/// order, and problems.json. While they run, both grow problem by problem, and progress.json says how far they are:
///
///     { "stage": LABEL, "done": PROBLEMS, "of": PROBLEMS, "seconds": S, "arms": as in summary.json, of what is done }
///
/// where problems count once for each arm and seed. Incomplete after a stop request. Throws MachineFailure when the
/// machine fails; host::ManifestError, before anything runs, for mistakes in the data.
StageOutcome run_arms(StageContext& context, std::span<const Named<host::Node>> arms);

}  // namespace espalier::study
