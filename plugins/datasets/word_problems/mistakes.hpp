#pragma once

#include <espalier/random.hpp>
#include <optional>

#include "arithmetic.hpp"
#include "story.hpp"

/// Plausible mistakes, for dialogues in which a later role is to notice one.
namespace espalier::words {

/// Misreads one sentence: a wrong amount, "more" for "fewer", a loss for a gain, or a sentence left out. Only what is
/// said changes; plan and calculation stay right.
Story misread(const Story& story, int largest, Key key);

/// Bends one step: a wrong number, a wrong operator, or the last step left out. The result can still be followed within
/// [0, largest], to another answer. Nothing when a few attempts find no such plan.
std::optional<Plan> misplan(const Plan& plan, int largest, Key key);

/// Follows the plan but writes down one wrong result and builds on it, to another answer. Nothing when a few attempts
/// fail.
std::optional<Calculation> miscalculate(const Plan& plan, int largest, Key key);

}  // namespace espalier::words
