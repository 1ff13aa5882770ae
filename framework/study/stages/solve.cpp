#include "study/stages/solve.hpp"

#include <array>

#include "study/run/budget_check.hpp"
#include "study/stages/casting.hpp"
#include "study/stages/forecast.hpp"
#include "study/stages/problems.hpp"
#include "study/stages/stage_params.hpp"
#include "study/results/summary.hpp"

namespace espalier::study {
namespace {

StageOutcome run_solve(StageContext& context, const host::Node& table) {
  return run_arms(context, std::array{Named<host::Node>{context.name, table}});
}

std::string foretell_solve(host::Workshop& workshop, const host::Node& table, std::size_t seeds) {
  return forecast_arms(workshop, std::array{Named<host::Node>{"", table}}, seeds);
}

}  // namespace

host::Node arm_with_players_only(host::Workshop& workshop, const host::Node& table) {
  const host::Node* topology = table.find("topology");
  return topology == nullptr ? table : with_players_only(workshop, table, std::array{topology});
}

host::Resolution check_arm(host::Workshop& workshop, const host::Node& table, host::DryPass& pass) {
  const host::Node read = arm_with_players_only(workshop, table);
  auto resolution = workshop.check<SolveParams>(read, pass).resolution;
  if (const host::Node* topology = table.find("topology")) check_casting(workshop, table, std::array{topology}, pass);
  warn_of_idle_agents(table, std::array{read}, pass);
  check_problems(workshop, table, "problems", pass);
  check_budget(workshop, table, pass);
  return resolution;
}

StageType solve_stage() {
  host::StageKind rules{.name = "solve",
                        .defaults = {"topology", "agents", "cast", "sampling", "budget", "problems"},
                        .check = check_arm};
  return {std::move(rules),
          run_solve,
          summary_table,
          foretell_solve,
          {{"", "One search over problems.", describe_params<SolveParams>}}};
}

}  // namespace espalier::study
