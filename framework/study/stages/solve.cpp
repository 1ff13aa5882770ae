#include "study/stages/solve.hpp"

#include <array>

#include "study/results/summary.hpp"
#include "study/run/budget_check.hpp"
#include "study/stages/casting.hpp"
#include "study/stages/forecast.hpp"
#include "study/stages/problems.hpp"
#include "study/stages/stage_params.hpp"

namespace espalier::study {
namespace {

StageOutcome run_solve(StageContext& context, const host::Node& table) {
  return run_arms(context, std::array{Named<host::Node>{context.name, table}});
}

std::string dry_run_solve(host::Factory& factory, const host::Node& table, std::size_t seeds) {
  return forecast_arms(factory, std::array{Named<host::Node>{"", table}}, seeds);
}

}  // namespace

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
  return resolution;
}

StageType solve_stage() {
  host::StageKind rules{.name = "solve",
                        .defaults = {"topology", "agents", "cast", "sampling", "budget", "problems"},
                        .check = check_arm};
  return {std::move(rules),
          run_solve,
          summary_table,
          dry_run_solve,
          {{"", "One search over problems.", describe_params<SolveParams>}}};
}

}  // namespace espalier::study
