#include <algorithm>

#include "study/results/summary.hpp"
#include "study/stages/casting.hpp"
#include "study/stages/check_arm.hpp"
#include "study/stages/forecast.hpp"
#include "study/stages/run_arms.hpp"
#include "study/stages/stage_params.hpp"

namespace espalier::study {
namespace {

/// The arms of a compare stage, each a whole table.
std::vector<Named<host::Node>> arm_tables(const host::Node& table) {
  std::vector<Named<host::Node>> arms;
  const host::Node* tables = table.find("arms");
  if (tables == nullptr || !tables->is_table()) return arms;
  for (const auto& member : tables->members()) {
    if (member.value.is_table()) arms.push_back({member.key, member.value});
  }
  return arms;
}

void check_arm_tables(const host::Node& table, host::Diagnostics& diagnostics) {
  const host::Node* patches = table.find("arms");
  if (patches == nullptr) {
    if (!table.incomplete) diagnostics.error(table.position, table.path + ".arms is missing: a table of named arms");
    return;
  }
  if (!patches->is_table()) {
    diagnostics.error(patches->position, patches->path + " must be a table of named arms");
    return;
  }
  if (patches->members().empty() && !patches->incomplete) {
    diagnostics.error(patches->position, patches->path + " must have at least one arm");
  }
  for (const auto& member : patches->members()) {
    if (member.value.is_table()) continue;
    diagnostics.error(member.value.position, member.value.path + " must be a table: a patch on the stage");
  }
}

void add_stages(std::vector<std::string>& all, const std::vector<std::string>& more) {
  for (const auto& stage : more) {
    if (std::find(all.begin(), all.end(), stage) == all.end()) all.push_back(stage);
  }
}

host::Resolution check_compare(host::Factory& factory, const host::Node& table, host::DryPass& pass) {
  check_arm_tables(table, pass.diagnostics);
  host::Resolution whole;
  host::Node effective;
  std::vector<host::Node> read;
  std::vector<host::Node> determining;  // an array: the order of arms decides which is the first of a pair
  for (const auto& arm : arm_tables(table)) {
    host::Resolution resolution = check_arm(factory, arm.value, pass);
    read.push_back(arm_with_players_only(factory, arm.value));
    effective.set(arm.name, std::move(resolution.effective));
    host::Node entry;
    entry.set("name", host::Node(arm.name));
    entry.set("arm", std::move(resolution.determining));
    determining.push_back(std::move(entry));
    add_stages(whole.stages, resolution.stages);
  }
  warn_of_idle_agents(table, read, pass);
  whole.effective.set("arms", std::move(effective));
  whole.determining.set("arms", host::Node::array(std::move(determining)));
  return whole;
}

StageOutcome run_compare(StageContext& context, const host::Node& table) {
  return run_arms(context, arm_tables(table));
}

std::string dry_run_compare(host::Factory& factory, const host::Node& table, std::size_t seeds) {
  return forecast_arms(factory, arm_tables(table), seeds);
}

}  // namespace

/// `do = "compare"`: arms, each a patch on the stage, on the same problems and seeds.
StageKind compare_stage() {
  return {{.name = "compare",
           .defaults = {"topology", "agents", "cast", "sampling", "budget", "problems"},
           .arms = "arms",
           .check = check_compare},
          run_compare,
          summary_table,
          dry_run_compare,
          {{"",
            "Searches side by side over the same problems: every table under `arms` has its own of these keys laid "
            "over the stage's.",
            describe_params<SolveParams>}}};
}

}  // namespace espalier::study
