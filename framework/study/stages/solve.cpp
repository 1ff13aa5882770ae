#include <array>

#include "study/results/summary.hpp"
#include "study/stages/check_arm.hpp"
#include "study/stages/forecast.hpp"
#include "study/stages/run_arms.hpp"
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

/// `do = "solve"`: one team and one search on problems.
StageKind solve_stage() {
  return {{.name = "solve",
           .defaults = {"topology", "agents", "cast", "sampling", "budget", "problems"},
           .check = check_arm},
          run_solve,
          summary_table,
          dry_run_solve,
          {{"", "One search over problems.", describe_params<SolveParams>}}};
}

}  // namespace espalier::study
