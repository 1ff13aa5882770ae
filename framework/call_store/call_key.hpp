#pragma once

#include <array>
#include <cstdint>
#include <espalier/language_model.hpp>
#include <espalier/value_model.hpp>
#include <string_view>

namespace espalier::engine {

/// Names one candidate of one call, or one score: a 128-bit hash of all that determines it.
using CallKey = std::array<std::uint8_t, 16>;

/// Returns the key of candidate `candidate` (of request.first .. request.first + request.count - 1) by the model
/// `identity`.
CallKey call_key(std::string_view identity, const Request& request, int candidate);

/// Returns the key of what the value model `identity` says of a state: of the problem, of every message with the turn
/// it was said in and what the team's answer then was, and of the true reward for one that is an oracle. The newest
/// candidate's number enters too, as the first of siblings may be charged for what all have in common.
CallKey score_key(std::string_view identity, const State& state, bool oracle);

}  // namespace espalier::engine
