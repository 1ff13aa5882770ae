#pragma once

#include "host/compose/factory.hpp"

namespace espalier::study {

/// An arm's table without agents that play no role in it; see with_players_only.
host::Node arm_with_players_only(host::Factory& factory, const host::Node& table);

/// Reads a table as an arm, dry: parameters, and whether every role is played.
host::Resolution check_arm(host::Factory& factory, const host::Node& table, host::DryPass& pass);

}  // namespace espalier::study
