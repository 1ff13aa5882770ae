#pragma once

#include <string>

#include "study/json.hpp"

namespace espalier::study {

/// What the terminal shows of a judging: a row per value model with bootstrapped intervals, the differences from the
/// first one, and what the figures rest on.
std::string show_judge(const Json& summary);

}  // namespace espalier::study
