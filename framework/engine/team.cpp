#include "engine/team.hpp"

#include <stdexcept>

namespace espalier::engine {

Agent& Team::speaker(std::string_view role) const {
  const auto found = agents.find(role);
  if (found != agents.end() && found->second) return *found->second;
  std::string known;
  for (const auto& [name, agent] : agents) known += (known.empty() ? "" : ", ") + name;
  throw std::invalid_argument("nobody plays the role '" + std::string(role) + "'; there are agents for: " + known);
}

}  // namespace espalier::engine
