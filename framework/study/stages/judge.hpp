#pragma once

#include <string>

#include "study/stages/stage.hpp"

namespace espalier::study {

/// `do = "judge"`: how well value models fit the search trees of another stage, all on the same states. Nothing is
/// drawn and nothing learned: two judgings of one set of trees compare whatever their value models learned from.
StageType judge_stage();

/// What the terminal shows of a judging: a row per value model with bootstrapped intervals, the differences from the
/// first one, and what the figures rest on.
std::string show_judge(const Json& summary);

}  // namespace espalier::study
