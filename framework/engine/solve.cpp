#include "engine/solve.hpp"

#include <algorithm>
#include <chrono>
#include <espalier/machine_failure.hpp>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "engine/failure.hpp"

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
    const std::string failure = machine_failure(std::current_exception());
    if (!failure.empty()) throw MachineFailure("problem " + item.problem.id + ": " + failure);
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

bool solve(Engine& engine, std::span<const Arm> arms, SolveObserver& observer) {
  std::vector<std::size_t> ends;  // of each arm, in the row of all problems
  for (const Arm& arm : arms) ends.push_back((ends.empty() ? 0 : ends.back()) + arm.items.size());
  return engine.run(ends.empty() ? 0 : ends.back(), [&](std::size_t place) {
    const auto number = static_cast<std::size_t>(std::ranges::upper_bound(ends, place) - ends.begin());
    const Arm& arm = arms[number];
    const std::size_t index = place - (ends[number] - arm.items.size());
    observer.begun(number);
    Result result = solve_one(arm, arm.items[index]);
    if (engine.abandoning()) throw Abandoned{};  // a plugin that swallowed it must not pass for one that finished
    result.record.index = index;
    observer.finished(number, std::move(result.record), result.timing);
  });
}

}  // namespace espalier::engine
