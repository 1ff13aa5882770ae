#pragma once

#include <espalier/agent.hpp>
#include <espalier/topology.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace espalier::engine {

/// A topology with somebody for every role.
struct Team {
  std::shared_ptr<const Topology> topology;
  std::map<std::string, std::shared_ptr<Agent>, std::less<>> agents;  ///< by role
  std::optional<double> temperature;                                  ///< overrides every agent's own sampling
  std::optional<double> top_p;

  /// The agent that plays `role`; throws std::invalid_argument naming the roles there are.
  Agent& speaker(std::string_view role) const;
};

}  // namespace espalier::engine
