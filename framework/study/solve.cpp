#include "solve.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>

#include "engine/solve.hpp"
#include "study/casting.hpp"
#include "study/forecast.hpp"
#include "study/frozen_problems.hpp"
#include "study/problems.hpp"
#include "study/progress.hpp"
#include "study/stage_params.hpp"
#include "study/summary.hpp"

namespace espalier::study {
namespace {

/// One line at a time, so that a stage's records are never in memory twice.
class JsonLines {
 public:
  explicit JsonLines(const std::filesystem::path& file) : file_(file), out_(file, std::ios::binary) {}

  void add(const Json& value) { out_ << to_text(value) << '\n'; }
  void close() {
    out_.close();
    if (!out_) throw std::runtime_error(file_.string() + " cannot be written");
  }

 private:
  std::filesystem::path file_;
  std::ofstream out_;
};

/// Fills in which grader it was, from what the stage's results depend on.
void name_grader(GraderProof& proof, const host::Node& determining) {
  const host::Node* grader = determining.at("problems.dataset.grader");
  if (grader == nullptr) return;  // a dataset that makes its own
  proof.grader = grader->text_or("type", "");
  proof.build = grader->text_or("build", "");
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
  auto arm = run_arm(context, context.name, table);
  if (!arm) return {};
  std::vector<ArmResult> arms;
  arms.push_back(std::move(*arm));
  return finish_arms(context, arms);
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
  return resolution;
}

std::optional<ArmResult> run_arm(StageContext& context, const std::string& name, const host::Node& table) {
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
  for (const std::int64_t seed : context.seeds) {
    const engine::Arm arm{.team = &team,
                          .search = params.search.get(),
                          .grader = grader.get(),
                          .options = {.budget = params.budget.budget(),
                                      .run_key = Key{static_cast<std::uint64_t>(seed), 0}.child("espalier"),
                                      .seed = seed,
                                      .oracle = result.oracle,
                                      .keep_tokens = params.keep_tokens}};
    std::string label = context.name == name ? context.label : context.label + " / " + name;
    if (context.seeds.size() > 1) label += ", seed " + std::to_string(seed);
    ProgressMeter progress(std::move(label), items.size());
    const auto begun = std::chrono::steady_clock::now();
    auto solved = engine::solve(context.engine, arm, items,
                                [&](const engine::EpisodeRecord& record, const engine::EpisodeTiming&) {
                                  progress.finished(record.correct, record.ledger.total().generated_tokens);
                                });
    if (!solved.complete) return std::nullopt;
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    result.runs.push_back({seed, std::move(solved), seconds});
  }
  return result;
}

StageOutcome finish_arms(const StageContext& context, const std::vector<ArmResult>& arms) {
  JsonLines records(context.folder / "records.jsonl");
  JsonLines timings(context.folder / "timings.jsonl");
  StageOutcome outcome{.complete = true, .summary = summarise(arms)};
  for (const auto& arm : arms) {
    for (const auto& run : arm.runs) {
      for (std::size_t i = 0; i < run.solved.records.size(); ++i) {
        const engine::EpisodeRecord& record = run.solved.records[i];
        records.add(record_json(record, arm.name));
        timings.add(timing_json(record, run.solved.timings[i], arm.name));
        outcome.failures += record.error.has_value();
      }
    }
  }
  records.close();
  timings.close();
  write_file(context.folder / "problems.json", frozen_problems(arms).text());
  return outcome;
}

StageType solve_stage() {
  host::StageKind rules{.name = "solve",
                        .defaults = {"topology", "agents", "cast", "sampling", "budget", "problems"},
                        .check = check_arm};
  return {std::move(rules), run_solve, summary_table, foretell_solve};
}

}  // namespace espalier::study
