#include "solve.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "engine/solve.hpp"
#include "study/budget_check.hpp"
#include "study/casting.hpp"
#include "study/files.hpp"
#include "study/forecast.hpp"
#include "study/frozen_problems.hpp"
#include "study/problems.hpp"
#include "study/progress.hpp"
#include "study/stage_params.hpp"
#include "study/summary.hpp"

namespace espalier::study {
namespace {

/// Fills in which grader it was, from what the stage's results depend on.
void name_grader(GraderProof& proof, const host::Node& determining) {
  const host::Node* grader = determining.at("problems.dataset.grader");
  if (grader == nullptr) return;  // a dataset that makes its own
  proof.grader = grader->text_or("type", "");
  proof.build = grader->text_or(host::kBuildKey, "");
}

/// The problems of all arms as lists to be frozen: one by the split's name, and one "SPLIT of ARM" for every arm whose
/// problems are others than those of the arms before.
FrozenProblems frozen_problems(const std::vector<ArmResult>& arms) {
  FrozenProblems frozen;
  for (const auto& arm : arms) {
    if (arm.runs.empty()) continue;
    FrozenProblems::List list;
    for (const auto& record : arm.runs.front().solved.records)
      list.emplace(record.problem.id, content_of(record.problem, record.gold));
    const auto same = [&](const auto& known) { return known.second == list; };
    if (std::any_of(frozen.lists.begin(), frozen.lists.end(), same)) continue;
    const bool taken = frozen.lists.contains(arm.split);
    frozen.lists.emplace(taken ? arm.split + " of " + arm.name : arm.split, std::move(list));
  }
  return frozen;
}

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

namespace {

/// Runs an arm with all seeds, each of which goes to `records` when it is done; nothing after a stop request.
std::optional<ArmResult> run_arm(StageContext& context, const std::string& name, const host::Node& table,
                                 RecordFiles& records) {
  const auto [params, resolution] = context.workshop.build<SolveParams>(arm_with_players_only(context.workshop, table));
  Selection selection = select_problems(params.problems, table, "problems");
  name_grader(selection.proof, resolution.determining);
  const std::vector<Item>& items = selection.items;
  engine::Team team = cast_team(params, params.topology);
  team.temperature = params.sampling.temperature;
  team.top_p = params.sampling.top_p;
  const auto grader = params.problems.dataset->grader();

  ArmResult result{.name = name,
                   .oracle = uses_oracle(context.workshop, *table.find("search"), Search::kind),
                   .split = params.problems.split,
                   .proof = selection.proof};
  const std::optional<std::int64_t> foretold = most_calls(context.workshop, table, params.budget);
  for (const std::int64_t seed : context.seeds) {
    std::string label = context.name == name ? context.label : context.label + " / " + name;
    if (context.seeds.size() > 1) label += ", seed " + std::to_string(seed);
    ProgressMeter progress(std::move(label), items.size(), foretold);
    const engine::Arm arm{.team = &team,
                          .search = params.search.get(),
                          .grader = grader.get(),
                          .options = {.budget = params.budget.budget(),
                                      .run_key = Key{static_cast<std::uint64_t>(seed), 0}.child("espalier"),
                                      .seed = seed,
                                      .longest = longest_course(context.workshop, table),
                                      .oracle = result.oracle,
                                      .keep_tokens = params.keep_tokens,
                                      .tally = &progress.tally()}};
    const auto begun = std::chrono::steady_clock::now();
    auto solved = engine::solve(context.engine, arm, items,
                                [&](const engine::EpisodeRecord& record, const engine::EpisodeTiming& timing) {
                                  progress.finished(record.correct, record.ledger.total().generated_tokens,
                                                    timing.calls_drawn + timing.calls_replayed);
                                });
    if (!solved.complete) return std::nullopt;
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    result.runs.push_back({seed, std::move(solved), seconds});
    for (const auto& record : result.runs.back().solved.records) result.choices.count(record);
    records.add(name, result.runs.back());
  }
  return result;
}

}  // namespace

StageOutcome run_arms(StageContext& context, std::span<const Named<host::Node>> arms) {
  RecordFiles records(context.folder);
  std::vector<ArmResult> results;
  for (const auto& arm : arms) {
    auto result = run_arm(context, arm.name, arm.value, records);
    if (!result) return {};
    results.push_back(std::move(*result));
  }
  records.close();
  write_file(context.folder / "problems.json", frozen_problems(results).text());
  return {.complete = true, .failures = records.failures(), .summary = summarise(results)};
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
