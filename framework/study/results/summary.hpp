#pragma once

#include <string>
#include <vector>

#include "study/json.hpp"
#include "study/results/arm_result.hpp"

namespace espalier::study {

/// The figures of one or more arms, as in summary.json (kCompared): of every arm, and of every two of them with the
/// same problems, in the order of the arms.
Json summarise(const std::vector<ArmResult>& arms);

/// The figures of those arms that have begun, as far as their problems are done: `arms` of a summary.
Json standing(const std::vector<ArmResult>& arms);

/// The table of a summary: a row per arm, compared with the first one. Below it one line per oracle or failure note,
/// and how values chose.
std::string summary_table(const Json& summary);

}  // namespace espalier::study
