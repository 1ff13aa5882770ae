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

/// "Given: Ben has 11 beads; Mia owns 2 times as many beads as Ben; find Mia"
std::string reading_text(const Story& story, Key style);
/// "Steps: let a = 11 * 2, next b = a - 4; answer b"
std::string plan_text(const Plan& plan, Key style);
/// "11 * 2 = 22, so 22 - 4 = 18"
std::string calculation_text(const Calculation& calculation, Key style);
/// "; final 18", behind a calculation whose reader knows the question
std::string result_text(int result, Key style);
/// "Answer: 18"
std::string answer_text(int answer);
/// One of the wordings, drawn.
std::string_view drawn(std::span<const std::string_view> wordings, Key style);
/// "22 - 4 = 18"
std::string line_text(const Line& line);

}  // namespace espalier::words
