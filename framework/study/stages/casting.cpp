#include "study/stages/casting.hpp"

#include <algorithm>
#include <espalier/value_model.hpp>
#include <optional>

#include "host/nearest.hpp"
#include "study/stages/plugin_visit.hpp"

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

bool is_incomplete_team(const host::Node& table) {
  return is_incomplete(&table) || is_incomplete(table.find("cast")) || is_incomplete(table.find("agents"));
}

/// Every role that may speak in `topologies`, once; nothing where one of them does not know its roles before it exists.
std::optional<std::vector<std::string>> roles_of(host::Factory& factory,
                                                 std::span<const host::Node* const> topologies) {
  std::vector<std::string> roles;
  for (const host::Node* topology : topologies) {
    const auto facts = factory.facts_of<Topology>(*topology);
    if (!facts || facts->roles.empty()) return std::nullopt;
    for (const auto& role : facts->roles) {
      if (!contains(roles, role)) roles.push_back(role);
    }
  }
  return roles;
}

void keep_only(const std::vector<std::string>& names, std::string_view key, host::Node& table) {
  host::Node* members = table.find(key);
  if (members == nullptr || !members->is_table()) return;
  std::erase_if(members->members(), [&](const host::Node::Member& member) { return !contains(names, member.key); });
  if (members->members().empty()) table.erase(key);
}

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

/// Reports nodes that agents ask for by name and that no graph they speak on has: what they would get is nothing.
void check_wanted(host::Factory& factory, const host::Node& table, const host::Node& topology,
                  host::Diagnostics& diagnostics) {
  const auto drawn = factory.facts_of<Topology>(topology);
  const host::Node* agents = table.find("agents");
  if (!drawn || drawn->graph.nodes.empty() || agents == nullptr || !agents->is_table()) return;
  std::vector<std::string> nodes = {"question"};
  for (const auto& node : drawn->graph.nodes) nodes.push_back(node.name);
  const host::Node* cast = table.find("cast");
  for (const auto& role : drawn->roles) {
    const host::Node* agent = agents->find(cast != nullptr ? cast->text_or(role, role) : role);
    const auto facts = agent != nullptr ? factory.facts_of<Agent>(*agent) : std::nullopt;
    if (!facts) continue;
    for (const auto& wanted : facts->wanted) {
      if ((!wanted.role.empty() && wanted.role != role) || contains(nodes, wanted.node)) continue;
      diagnostics.error(agent->position, agent->path + " asks for the message of \"" + wanted.node +
                                             "\", which is no node of " + topology.path +
                                             host::did_you_mean(wanted.node, nodes) +
                                             "; nodes: " + host::enumerate(nodes));
    }
  }
}

}  // namespace

void check_casting(host::Factory& factory, const host::Node& table, std::span<const host::Node* const> topologies,
                   host::DryPass& pass) {
  if (is_incomplete_team(table)) return;
  const host::Node* cast = table.find("cast");
  const std::vector<std::string> agents = keys_of(table.find("agents"));
  const std::vector<std::string> recast = keys_of(cast);
  for (const host::Node* topology : topologies) {
    const auto facts = factory.facts_of<Topology>(*topology);
    if (!facts) continue;
    for (const auto& role : facts->roles) {
      if (contains(recast, role) || contains(agents, role)) continue;
      pass.diagnostics.error(topology->position, topology->path + " has the role \"" + role +
                                                     "\", which no agent plays: add [agents." + role + "] or [cast] " +
                                                     role + " = \"...\"; agents: " + host::enumerate(agents));
    }
  }
  for (const host::Node* topology : topologies) check_wanted(factory, table, *topology, pass.diagnostics);
  if (cast == nullptr || !cast->is_table()) return;
  if (const auto roles = roles_of(factory, topologies)) check_cast_entries(*cast, *roles, agents, pass.diagnostics);
}

host::Node with_players_only(host::Factory& factory, const host::Node& table,
                             std::span<const host::Node* const> topologies) {
  const auto roles = roles_of(factory, topologies);
  if (!roles || is_incomplete_team(table)) return table;
  host::Node kept = table;
  const host::Node* cast = table.find("cast");
  std::vector<std::string> players;
  for (const auto& role : *roles) players.emplace_back(cast != nullptr ? cast->text_or(role, role) : role);
  keep_only(players, "agents", kept);
  keep_only(*roles, "cast", kept);
  return kept;
}

void warn_of_idle_agents(const host::Node& table, std::span<const host::Node> read, host::DryPass& pass) {
  const host::Node* agents = table.find("agents");
  if (agents == nullptr || !agents->is_table()) return;
  std::vector<std::string> players;
  for (const auto& one : read) {
    for (auto& name : keys_of(one.find("agents"))) players.push_back(std::move(name));
  }
  for (const auto& member : agents->members()) {
    const bool own = member.value.path.starts_with(host::join_path(table.path, "agents") + ".");
    if (!own || contains(players, member.key)) continue;
    pass.diagnostics.warning(member.position, member.value.path + " plays no role of the topology" +
                                                  host::did_you_mean(member.key, players));
  }
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

bool uses_oracle(host::Factory& factory, const host::Node& reference, std::string_view kind) {
  return any_plugin(factory, reference, kind, [&](std::string_view found, const host::Node& table) {
    if (found != ValueModel::kind) return false;
    const auto facts = factory.facts_of<ValueModel>(table);
    return facts && facts->oracle;
  });
}

}  // namespace espalier::study
