#pragma once

#include <optional>

#include "study/records.hpp"
#include "study/stage.hpp"

namespace espalier::study {

/// `do = "solve"`: one team and one search on problems.
StageType solve_stage();

/// `do = "compare"`: arms, each a patch on the stage, on the same problems and seeds.
StageType compare_stage();

/// An arm's table without agents that play no role in it; see with_players_only.
host::Node arm_with_players_only(host::Workshop& workshop, const host::Node& table);

/// Reads a table as an arm, dry: parameters, and whether every role is played.
host::Resolution check_arm(host::Workshop& workshop, const host::Node& table, host::DryPass& pass);

/// Runs arms one after the other, each with all seeds, and writes records.jsonl and timings.jsonl, in arm, seed and
/// dataset order, and problems.json. Incomplete after a stop request.
StageOutcome run_arms(StageContext& context, std::span<const Named<host::Node>> arms);

}  // namespace espalier::study
