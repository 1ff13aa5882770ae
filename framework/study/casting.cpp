#include "casting.hpp"

#include <algorithm>
#include <espalier/value_model.hpp>

#include "host/nearest.hpp"
#include "study/plugin_walk.hpp"

namespace espalier::study {
namespace {

std::vector<std::string> keys_of(const host::Node* table) {
  std::vector<std::string> keys;
  if (table == nullptr || !table->is_table()) return keys;
  for (const auto& member : table->members()) keys.push_back(member.key);
  return keys;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_incomplete(const host::Node* table) { return table != nullptr && table->incomplete; }

void check_cast_entries(const host::Node& cast, const std::vector<std::string>& roles,
                        const std::vector<std::string>& agents, host::Diagnostics& diagnostics) {
  for (const auto& member : cast.members()) {
    if (!contains(roles, member.key)) {
      diagnostics.error(member.position, host::join_path(cast.path, member.key) + " is not a role of the topology" +
                                             host::did_you_mean(member.key, roles) +
                                             "; roles: " + host::enumerate(roles));
    } else if (member.value.is_text() && !contains(agents, member.value.text())) {
      diagnostics.error(member.value.position, member.value.path + " names no agent: \"" + member.value.text() + "\"" +
                                                   host::did_you_mean(member.value.text(), agents) +
                                                   "; agents: " + host::enumerate(agents));
    }
  }
}

}  // namespace

void check_casting(host::Workshop& workshop, const host::Node& table, std::span<const host::Node* const> topologies,
                   host::DryPass& pass) {
  const host::Node* cast = table.find("cast");
  const host::Node* known_agents = table.find("agents");
  if (is_incomplete(cast) || is_incomplete(known_agents) || is_incomplete(&table)) return;
  const std::vector<std::string> agents = keys_of(known_agents);
  const std::vector<std::string> recast = keys_of(cast);
  std::vector<std::string> roles;
  bool all_known = true;
  for (const host::Node* topology : topologies) {
    const auto facts = workshop.facts_of<Topology>(*topology);
    all_known = all_known && facts && !facts->roles.empty();
    if (!facts) continue;
    for (const auto& role : facts->roles) {
      if (!contains(roles, role)) roles.push_back(role);
      if (contains(recast, role) || contains(agents, role)) continue;
      pass.diagnostics.error(topology->position, topology->path + " has the role \"" + role +
                                                     "\", which no agent plays: add [agents." + role + "] or [cast] " +
                                                     role + " = \"...\"; agents: " + host::enumerate(agents));
    }
  }
  if (all_known && cast != nullptr && cast->is_table()) check_cast_entries(*cast, roles, agents, pass.diagnostics);
}

engine::Team cast_team(const TeamParams& params, std::shared_ptr<const Topology> topology) {
  engine::Team team{.topology = std::move(topology)};
  for (const auto& agent : params.agents) team.agents[agent.name] = agent.value;
  std::vector<std::pair<std::string, std::shared_ptr<Agent>>> recast;
  for (const auto& [role, name] : params.cast) {
    if (const auto agent = team.agents.find(name); agent != team.agents.end()) recast.emplace_back(role, agent->second);
  }
  for (auto& [role, agent] : recast) team.agents[role] = std::move(agent);
  return team;
}

bool uses_oracle(host::Workshop& workshop, const host::Node& reference, std::string_view kind) {
  return any_plugin(workshop, reference, kind, [&](std::string_view found, const host::Node& table) {
    if (found != ValueModel::kind) return false;
    const auto facts = workshop.facts_of<ValueModel>(table);
    return facts && facts->oracle;
  });
}

}  // namespace espalier::study
