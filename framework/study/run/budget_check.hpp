#pragma once

#include "host/compose/factory.hpp"

namespace espalier::study {

/// Reports a budget of agent calls that does not carry one pass over the topology of an arm: no problem would be
/// answered, and an accuracy of 0.0 % with an interval would say nothing of the team. Only for topologies whose
/// trajectory is known before and always the same; what tokens, seconds and FLOPs carry shows when they are spent.
void check_budget(host::Factory& factory, const host::Node& arm, host::DryPass& pass);

}  // namespace espalier::study
