#pragma once

#include <espalier/random.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "arithmetic.hpp"
#include "story.hpp"

/// How messages are worded. Openings, separators and endings are drawn at random, as no two people write alike: the
/// right content has many spellings, and likelihood alone says less about it. All functions are pure in their key.
namespace espalier::words {

/// "Given: Ben has 11 beads; Mia owns 2 times as many beads as Ben; find Mia", or in haste "Given: as told; find Mia"
std::string reading_text(const Story& story, bool hasty, Key style);
/// "Steps: let a = 11 * 2, next b = a - 4; answer b", or in pairs "Steps: let a = 11 * 2 - 4; answer a"
std::string plan_text(const Plan& plan, const Folds& folds, Key style);
/// "11 * 2 = 22, so 22 - 4 = 18", or in pairs "11 * 2 - 4 = 18"; `calculation` follows `plan`
std::string calculation_text(const Plan& plan, const Calculation& calculation, const Folds& folds, Key style);
/// "; final 18", behind a calculation whose reader knows the question
std::string result_text(int result, Key style);
/// "Answer: 18"
std::string answer_text(int answer);
/// One of the wordings, drawn.
std::string_view drawn(std::span<const std::string_view> wordings, Key style);
/// "22 - 4 = 18"
std::string line_text(const Line& line);

}  // namespace espalier::words
