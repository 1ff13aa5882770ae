#include "study/stages/check_arm.hpp"

#include <array>

#include "study/run/budget_check.hpp"
#include "study/run/logprob_check.hpp"
#include "study/stages/casting.hpp"
#include "study/stages/problems.hpp"
#include "study/stages/stage_params.hpp"

namespace espalier::study {

host::Node arm_with_players_only(host::Factory& factory, const host::Node& table) {
  const host::Node* topology = table.find("topology");
  return topology == nullptr ? table : with_players_only(factory, table, std::array{topology});
}

host::Resolution check_arm(host::Factory& factory, const host::Node& table, host::DryPass& pass) {
  const host::Node read = arm_with_players_only(factory, table);
  auto resolution = factory.check<SolveParams>(read, pass).resolution;
  if (const host::Node* topology = table.find("topology")) check_casting(factory, table, std::array{topology}, pass);
  warn_of_idle_agents(table, std::array{read}, pass);
  check_problems(factory, table, "problems", pass);
  check_budget(factory, table, pass);
  check_logprobs(factory, read, pass);
  return resolution;
}

}  // namespace espalier::study
