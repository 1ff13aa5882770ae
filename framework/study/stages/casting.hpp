#pragma once

#include <span>

#include "engine/team.hpp"
#include "host/compose/factory.hpp"
#include "study/stages/stage_params.hpp"

namespace espalier::study {

/// Reports roles of `topologies` that nobody of the stage's table plays, entries of its cast that name no role or no
/// agent, and nodes that agents ask for and that are not there. Silent where a topology's roles, or nodes, are not
/// known before it exists.
void check_casting(host::Factory& factory, const host::Node& table, std::span<const host::Node* const> topologies,
                   host::DryPass& pass);

/// `table` with those of its agents that play a role of `topologies`, and those entries of its cast that name one: what
/// a stage's results depend on. Whoever is left out is neither read nor made. All stay where a topology's roles are not
/// known before it exists.
host::Node with_players_only(host::Factory& factory, const host::Node& table,
                             std::span<const host::Node* const> topologies);

/// Warns of agents that `table` itself adds to those of the manifest and that none of `read`, which came from
/// with_players_only, has kept: their names are probably misspelt.
void warn_of_idle_agents(const host::Node& table, std::span<const host::Node> read, host::DryPass& pass);

/// Makes the team that plays `topology`. Roles known only per problem are found when they speak.
engine::Team cast_team(const TeamParams& params, std::shared_ptr<const Topology> topology);

/// Whether `reference` (a plugin table or the name of a shared object) is a value model that sees the true reward, or
/// has one among its descendants.
bool uses_oracle(host::Factory& factory, const host::Node& reference, std::string_view kind);

}  // namespace espalier::study
