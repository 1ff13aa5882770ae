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

/// Runs an arm with all seeds; nothing after a stop request.
std::optional<ArmResult> run_arm(StageContext& context, const std::string& name, const host::Node& table);

/// Writes records.jsonl and timings.jsonl of all arms, in arm, seed and dataset order, and returns how it went.
StageOutcome finish_arms(const StageContext& context, const std::vector<ArmResult>& arms);

}  // namespace espalier::study
