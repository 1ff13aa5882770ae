#include "engine/solve.hpp"

#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace espalier::engine {
namespace {

using Clock = std::chrono::steady_clock;

struct Result {
  EpisodeRecord record;
  EpisodeTiming timing;
};

Result solve_one(const Arm& arm, const Item& item) {
  const auto begun = Clock::now();
  Result result;
  try {
    ProblemEpisode episode(*arm.team, item, *arm.grader, arm.options);
    result.record = episode.solve(*arm.search);
    result.timing = episode.timing();
  } catch (const std::exception& error) {
    // What solve does not catch itself: a gold answer that no grader can read.
    result.record.problem = item.problem;
    result.record.gold = item.gold;
    result.record.seed = arm.options.seed;
    result.record.oracle = arm.options.oracle;
    result.record.error = error.what();
  }
  result.timing.seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  return result;
}

}  // namespace

Solved solve(Engine& engine, const Arm& arm, std::span<const Item> items, const Progress& progress) {
  std::vector<std::optional<Result>> results(items.size());
  const auto reports = engine.run(items.size(), [&](std::size_t index) {
    Result result = solve_one(arm, items[index]);
    if (engine.abandoning()) throw Abandoned{};  // a plugin that swallowed it must not pass for one that finished
    result.record.index = index;
    results[index] = std::move(result);
    if (progress) progress(results[index]->record, results[index]->timing);
  });
  Solved solved;
  solved.complete = true;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (reports[i].end == TaskEnd::failed) std::rethrow_exception(reports[i].error);
    if (reports[i].end != TaskEnd::done) {
      solved.complete = false;
      continue;
    }
    solved.records.push_back(std::move(results[i]->record));
    solved.timings.push_back(std::move(results[i]->timing));
  }
  return solved;
}

}  // namespace espalier::engine
