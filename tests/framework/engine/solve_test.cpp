#include "engine/solve.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

#include "engine/stored_model.hpp"
#include "framework/engine/stand_ins.hpp"

using namespace espalier;
using namespace espalier::engine;
using namespace espalier::engine::tests;

namespace {

struct Run {
  std::vector<std::string> records;
  std::size_t generated = 0;
  std::size_t largest = 0;
  bool complete = false;
};

struct Conditions {
  DiceBackend::Habits habits;
  EngineOptions engine;
  std::shared_ptr<CallStore> store;
};

/// Beam search by a judged value over 24 problems, in a line of three.
Run run(const Conditions& conditions, std::size_t count = 24) {
  auto backend = std::make_shared<DiceBackend>(conditions.habits);
  const auto model = make_language_model(backend, {"dice", "dice"}, conditions.store);
  const Team team = line_of_talkers(model, {"reader", "planner", "solver"});
  MeanLogprob value(model);
  const Plan plan([&](Episode& episode) { return beam(episode, value, 2, 3); });
  const FirstWord grader;
  Arm arm{&team, &plan, &grader, {}};
  arm.options.run_key = Key{5, 0}.child("espalier");
  const auto items = problems(count);
  Engine engine(conditions.engine);
  const Solved solved = solve(engine, arm, items);
  Run run{{}, backend->completions(), backend->largest(), solved.complete};
  for (const auto& record : solved.records) run.records.push_back(spell_record(record));
  return run;
}

}  // namespace

TEST_CASE("records do not depend on batches, latencies, open problems, strands or the store") {
  const Run reference = run({.habits = {.batch = 1}, .engine = {.open_tasks = 1}});
  REQUIRE(reference.records.size() == 24);
  CHECK(reference.complete);
  CHECK(reference.largest == 1);
  CHECK(reference.records[0] != reference.records[6]);
  for (const std::size_t batch : {1, 16, 256}) {
    for (const unsigned seed : {1U, 2U}) {
      const Run other = run({.habits = {batch, 5, seed}, .engine = {.open_tasks = 24}});
      CHECK(other.records == reference.records);
      CHECK(other.largest > std::min<std::size_t>(batch - 1, 24));
    }
  }
  CHECK(run({.habits = {16, 3, 9}, .engine = {.open_tasks = 5, .strands = StrandKind::threads}}).records ==
        reference.records);
  const TemporaryFolder folder;
  const auto store = std::make_shared<CallStore>(folder.path());
  const Run stored = run({.habits = {16, 3, 9}, .engine = {}, .store = store});
  CHECK(stored.records == reference.records);
  const Run replayed = run({.habits = {}, .engine = {}, .store = store});
  CHECK(replayed.records == reference.records);
  CHECK(replayed.generated == 0);
}

TEST_CASE("a longer run begins like a shorter one") {
  const Run few = run({}, 3);
  const Run more = run({}, 5);
  REQUIRE(more.records.size() == 5);
  CHECK(std::equal(few.records.begin(), few.records.end(), more.records.begin()));
}

TEST_CASE("failures are records with an error, in their place") {
  auto backend = std::make_shared<DiceBackend>();
  const Team team = line_of_talkers(make_language_model(backend, {"dice", "dice"}, nullptr), {"solver"});
  MeanLogprob value;
  const Plan plan([&](Episode& episode) {
    auto outcome = beam(episode, value, 1, 2);
    if (episode.root().problem->id == "p1") throw std::runtime_error("no luck with p1");
    return outcome;
  });
  const FirstWord grader;
  auto items = problems(4);
  items[2].gold = "";
  std::vector<std::string> seen;
  Engine engine;
  const auto solved =
      solve(engine, {&team, &plan, &grader, {}}, items, [&](const EpisodeRecord& record, const EpisodeTiming& timing) {
        seen.push_back(record.problem.id);
        CHECK(timing.seconds >= 0);
      });
  CHECK(solved.complete);
  REQUIRE(solved.records.size() == 4);
  CHECK(seen.size() == 4);
  CHECK(solved.records[1].error == "no luck with p1");
  CHECK(solved.records[1].nodes.size() == 2);
  CHECK(solved.records[2].error == "problem 'p2': the grader cannot read its gold answer ''");
  CHECK(!solved.records[3].error);
  CHECK(solved.records[3].index == 3);
}

TEST_CASE("after a stop request only finished problems are reported, even where a search swallows it") {
  auto backend = std::make_shared<DiceBackend>();
  const Team team = line_of_talkers(make_language_model(backend, {"dice", "dice"}, nullptr), {"a", "b", "c", "d"});
  MeanLogprob value;
  Engine engine;
  const Plan plan([&](Episode& episode) {
    if (episode.root().problem->id == "p0") return Outcome{};
    try {
      return beam(episode, value, 1, 2);
    } catch (...) {
      return Outcome{};
    }
  });
  const FirstWord grader;
  const auto items = problems(5);
  const auto solved = solve(engine, {&team, &plan, &grader, {}}, items,
                            [&](const EpisodeRecord&, const EpisodeTiming&) { engine.request_stop(); });
  CHECK(!solved.complete);
  REQUIRE(solved.records.size() == 1);
  CHECK(solved.records[0].problem.id == "p0");
}
