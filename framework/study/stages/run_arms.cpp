#include "study/stages/run_arms.hpp"

#include <algorithm>
#include <chrono>
#include <espalier/machine_failure.hpp>
#include <map>
#include <memory>

#include "engine/failure.hpp"
#include "engine/solve.hpp"
#include "host/content_hash.hpp"
#include "study/files.hpp"
#include "study/results/arm_result.hpp"
#include "study/results/progress.hpp"
#include "study/results/records.hpp"
#include "study/results/summary.hpp"
#include "study/stages/casting.hpp"
#include "study/stages/check_arm.hpp"
#include "study/stages/forecast.hpp"
#include "study/stages/frozen_problems.hpp"
#include "study/stages/stage_params.hpp"

namespace espalier::study {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begun) { return std::chrono::duration<double>(Clock::now() - begun).count(); }

/// An arm made ready. What plays and searches goes when its last problem has ended: its memory may be large.
struct ReadyArm {
  engine::Team team;
  std::shared_ptr<const Search> search;
  std::shared_ptr<const Grader> grader;
  engine::EpisodeOptions options;
  std::optional<std::int64_t> forecast;  ///< calls of one problem
  std::size_t left = 0;                  ///< problems that have not ended

  void ended_one() {
    if (--left == 0) *this = {};
  }
};

/// Problems of arms that select the same ones are made, proven and held once.
class Selections {
 public:
  std::shared_ptr<const Selection> select(const ProblemsParams& params, const host::Node& table,
                                          const host::Node& determining) {
    auto& selection = known_[host::canonical_text(*determining.find("problems"))];
    if (!selection) {
      Selection selected = select_problems(params, table, "problems");
      if (const host::Node* grader = determining.at("problems.dataset.grader")) {  // not of one that makes its own
        selected.grader_check.grader = grader->text_or("type", "");
        selected.grader_check.build = grader->text_or(host::kBuildKey, "");
      }
      selection = std::make_shared<const Selection>(std::move(selected));
    }
    return selection;
  }

 private:
  std::map<std::string, std::shared_ptr<const Selection>> known_;
};

/// The problems of all arms as lists to be frozen: one by the split's name, and one "SPLIT of ARM" for every arm whose
/// problems are others than those of the arms before.
FrozenProblems frozen_problems(const std::vector<ArmResult>& arms) {
  FrozenProblems frozen;
  const Selection* before = nullptr;
  for (const auto& arm : arms) {
    if (arm.problems.get() == before) continue;
    before = arm.problems.get();
    FrozenProblems::List list;
    for (const auto& item : arm.problems->items) list.emplace(item.problem.id, content_of(item.problem, item.gold));
    const auto same = [&](const auto& known) { return known.second == list; };
    if (std::ranges::any_of(frozen.lists, same)) continue;
    const bool taken = frozen.lists.contains(arm.split);
    frozen.lists.emplace(taken ? arm.split + " of " + arm.name : arm.split, std::move(list));
  }
  return frozen;
}

/// The problems of a stage on their way: counts them, writes them down in their order, and says how far the stage is.
class StageRun final : public engine::SolveObserver {
 public:
  explicit StageRun(StageContext& context)
      : context_(context), files_(context.folder, [this](std::size_t place) { written(place); }) {}

  void add(const std::string& name, const host::Node& table) {
    const auto [params, resolution] =
        context_.factory.build<SolveParams>(arm_with_players_only(context_.factory, table));
    ArmResult& result = results_.emplace_back();
    result.name = name;
    result.oracle = uses_oracle(context_.factory, *table.find("search"), Search::kind);
    result.split = params.problems.split;
    result.problems = selections_.select(params.problems, table, resolution.determining);
    for (const std::int64_t seed : context_.seeds) result.seeds.push_back({.seed = seed, .correct = {}});

    ReadyArm& arm = ready_.emplace_back();
    arm.team = cast_team(params, params.topology);
    arm.team.temperature = params.sampling.temperature;
    arm.team.top_p = params.sampling.top_p;
    arm.search = params.search;
    arm.grader = params.problems.dataset->grader();
    arm.options = {.budget = params.budget.budget(),
                   .longest = longest_trajectory(context_.factory, table),
                   .oracle = result.oracle,
                   .keep_tokens = params.keep_tokens};
    arm.forecast = most_calls(context_.factory, table, params.budget);
    arm.left = result.problems->items.size() * context_.seeds.size();
  }

  /// Returns whether all problems were finished.
  bool run() {
    std::vector<engine::Arm> runs;
    for (std::size_t arm = 0; arm < ready_.size(); ++arm) {
      for (std::size_t seed = 0; seed < context_.seeds.size(); ++seed) runs.push_back(run_of(arm, seed));
    }
    tell_progress();
    if (!engine::solve(context_.engine, runs, *this)) return false;
    files_.close();
    std::filesystem::remove(progress_file());
    return true;
  }

  void begun(std::size_t run) override {
    share_time();
    ++runs_[run].open;
    ++open_;
    meter_.begun(run);
  }

  void finished(std::size_t number, engine::EpisodeRecord record, const engine::EpisodeTiming& timing) override {
    share_time();
    const Run& run = runs_[number];
    --runs_[number].open;
    --open_;
    ready_[run.arm].ended_one();
    meter_.finished(number, record.correct, record.ledger.total().generated_tokens,
                    timing.calls_drawn + timing.calls_replayed);
    const std::size_t place = run.first + record.index;
    const std::string& arm = results_[run.arm].name;
    unwritten_.emplace(place, std::pair(number, result_of(record, timing)));
    RecordFiles::Lines lines{to_text(record_json(record, arm)), to_text(timing_json(record, timing, arm))};
    record = {};
    files_.add(place, std::move(lines));
  }

  const std::vector<ArmResult>& results() const { return results_; }

 private:
  /// An arm with one seed.
  struct Run {
    std::size_t arm;
    std::size_t seed;
    std::size_t first;     ///< place of its first problem in the stage
    std::size_t open = 0;  ///< problems that are worked on
  };

  engine::Arm run_of(std::size_t arm, std::size_t seed) {
    const ArmResult& result = results_[arm];
    const auto& items = result.problems->items;
    std::string label = context_.name == result.name ? context_.label : context_.label + " / " + result.name;
    if (context_.seeds.size() > 1) label += ", seed " + std::to_string(context_.seeds[seed]);
    const std::size_t number = meter_.add(std::move(label), items.size(), ready_[arm].forecast);
    runs_.push_back({.arm = arm, .seed = seed, .first = of_});
    of_ += items.size();
    engine::Arm run{.team = &ready_[arm].team,
                    .search = ready_[arm].search.get(),
                    .grader = ready_[arm].grader.get(),
                    .options = ready_[arm].options,
                    .items = items};
    run.options.seed = context_.seeds[seed];
    run.options.run_key = run_key(run.options.seed);
    run.options.tally = &meter_.tally(number);
    return run;
  }

  void written(std::size_t place) {
    const auto [number, result] = unwritten_.extract(place).mapped();
    results_[runs_[number].arm].count(runs_[number].seed, result);
    if (Clock::now() >= tell_next_) tell_progress();
  }

  /// What has passed since the last call, in equal parts to the problems that are worked on.
  void share_time() {
    const double passed = std::chrono::duration<double>(Clock::now() - shared_).count();
    shared_ = Clock::now();
    if (open_ == 0) return;
    for (const Run& run : runs_) {
      if (run.open == 0) continue;
      results_[run.arm].seeds[run.seed].seconds += passed * static_cast<double>(run.open) / static_cast<double>(open_);
    }
  }

  std::filesystem::path progress_file() const { return context_.folder / "progress.json"; }

  /// Once in a second or, where disks are slow, in a twentieth of the time.
  void tell_progress() {
    const auto now = Clock::now();
    write_json(progress_file(), {{"stage", context_.label},
                                 {"done", files_.size()},
                                 {"of", of_},
                                 {"seconds", seconds_since(begun_)},
                                 {"arms", standing(results_)}});
    tell_next_ = Clock::now() + std::max<Clock::duration>(std::chrono::seconds(1), 20 * (Clock::now() - now));
  }

  StageContext& context_;
  Selections selections_;
  std::vector<ArmResult> results_;
  std::vector<ReadyArm> ready_;
  std::vector<Run> runs_;
  ProgressMeter meter_;
  RecordFiles files_;
  std::map<std::size_t, std::pair<std::size_t, ProblemResult>> unwritten_;  ///< by place: run and result
  std::size_t of_ = 0;                                                      ///< problems of the stage
  std::size_t open_ = 0;
  const Clock::time_point begun_ = Clock::now();
  Clock::time_point shared_ = begun_;
  Clock::time_point tell_next_ = begun_;
};

}  // namespace

StageOutcome run_arms(StageContext& context, std::span<const Named<host::Node>> arms) {
  try {
    StageRun run(context);
    for (const auto& arm : arms) run.add(arm.name, arm.value);
    if (!run.run()) return {};
    write_file(context.folder / "problems.json", frozen_problems(run.results()).text());
    std::int64_t failures = 0;
    for (const auto& result : run.results()) failures += result.failures;
    return {.complete = true, .failures = failures, .summary = summarise(run.results())};
  } catch (...) {
    const std::string failure = engine::machine_failure(std::current_exception());
    if (failure.empty()) throw;
    throw MachineFailure(context.label + " ended early: " + failure +
                         "; finished calls are kept: the same command goes on from there");
  }
}

}  // namespace espalier::study
