#pragma once

#include <string>
#include <vector>

#include "study/arm_result.hpp"
#include "study/json.hpp"

namespace espalier::study {

/// The figures of one or more arms on the same problems, as in summary.json.
///
/// Every arm: `name, oracle, problems, runs` (problems times seeds)`, correct, failures, accuracy, ci95`, and why the
/// first problem failed that did in `first_failure`; per run:
/// `agent_calls, prompt_tokens, cached_tokens, generated_tokens, scorer_tokens, flops, seconds`; their sums in
/// `totals`, by agent in `totals_by_agent`; each seed's accuracy in `seeds`; physical figures in `timings` (`replayed_share`: of calls that came from
/// the store, which takes no time); the proof
/// of the grader (see proof_json) in `grading`; how values chose (see choice_json) in `choice`. Every pair of arms with the same problems (`a` before `b` in arm
/// order): `difference` = accuracy of b minus that of a, `ci95`, `p`, and the numbers of problems on which b did
/// `better` and `worse`.
Json summarise(const std::vector<ArmResult>& arms);

/// The figures of those arms that have begun, as far as their problems are done: `arms` of a summary.
Json standing(const std::vector<ArmResult>& arms);

/// The table of a summary: a row per arm, compared with the first one. Below it one line per oracle or failure note, and
/// how values chose.
std::string summary_table(const Json& summary);

}  // namespace espalier::study
