#include "engine/solve.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <espalier/machine_failure.hpp>
#include <new>
#include <stdexcept>
#include <system_error>

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
  const auto items = problems(count);
  const Arm arm{&team, &plan, &grader, {.run_key = Key{5, 0}.child("espalier")}, items};
  Engine engine(conditions.engine);
  Audience audience;
  const bool complete = solve(engine, {&arm, 1}, audience);
  Run run{{}, backend->completions(), backend->largest(), complete};
  for (const auto& record : audience.records()) run.records.push_back(spell_record(record));
  return run;
}

}  // namespace

TEST_CASE("records do not depend on batches, latencies, open problems, fibers or the store") {
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
  CHECK(run({.habits = {16, 3, 9}, .engine = {.open_tasks = 5, .fibers = FiberKind::threads}}).records ==
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
  Engine engine;
  Audience audience;
  const Arm arm{&team, &plan, &grader, {}, items};
  CHECK(solve(engine, {&arm, 1}, audience));
  const auto records = audience.records();
  REQUIRE(records.size() == 4);
  for (const auto& timing : audience.timings) CHECK(timing.seconds >= 0);
  CHECK(records[1].error == "no luck with p1");
  CHECK(records[1].nodes.size() == 2);
  CHECK(records[2].error == "problem 'p2': the grader cannot read its gold answer ''");
  CHECK(!records[3].error);
  CHECK(records[3].index == 3);
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
  Audience audience;
  audience.on_finished = [&](const EpisodeRecord&) { engine.request_stop(); };
  const Arm arm{&team, &plan, &grader, {}, items};
  CHECK(!solve(engine, {&arm, 1}, audience));
  CHECK(audience.ids == std::vector<std::string>{"p0"});
}

TEST_CASE("problems end in the order in which they were begun, as far as batches allow") {
  auto backend = std::make_shared<DiceBackend>(DiceBackend::Habits{.batch = 4, .longest = 3, .seed = 1});
  const Team team = line_of_talkers(make_language_model(backend, {"dice", "dice"}, nullptr), {"a", "b", "c", "d", "e"});
  MeanLogprob value;
  const Plan plan([&](Episode& episode) { return beam(episode, value, 1, 2); });
  const FirstWord grader;
  const auto items = problems(60);
  const Arm arm{&team, &plan, &grader, {}, items};
  Engine engine({.open_tasks = 60});
  Audience audience;
  std::size_t open = 0, most_open = 0;
  std::vector<std::size_t> steps;  // made when a problem ended
  audience.on_finished = [&](const EpisodeRecord& record) {
    steps.push_back(backend->steps());
    const auto number = static_cast<std::size_t>(std::stoi(record.problem.id.substr(1)));
    open = number + 1 > steps.size() ? number + 1 - steps.size() : 0;
    most_open = std::max(most_open, open);
  };
  REQUIRE(solve(engine, {&arm, 1}, audience));
  CHECK(most_open <= 5);  // a batch, and one at the door
  CHECK(steps.front() < steps.back() / 6);
}

TEST_CASE("the next arm's problems fill the batch as the last ones of an arm run out") {
  auto backend = std::make_shared<DiceBackend>(DiceBackend::Habits{.batch = 8});
  const Team team = line_of_talkers(make_language_model(backend, {"dice", "dice"}, nullptr), {"a", "b"});
  MeanLogprob value;
  const Plan plan([&](Episode& episode) { return beam(episode, value, 1, 2); });
  const FirstWord grader;
  const auto items = problems(4);
  std::vector<Arm> arms;
  for (std::uint64_t seed = 0; seed < 4; ++seed)
    arms.push_back({&team, &plan, &grader, {.run_key = Key{seed, 0}, .seed = static_cast<std::int64_t>(seed)}, items});
  Engine engine;
  Audience audience;
  REQUIRE(solve(engine, arms, audience));
  CHECK(backend->steps() == 4);  // 16 problems of two calls, 8 at once
  for (std::size_t i = 0; i < arms.size(); ++i) {
    Audience alone;
    REQUIRE(solve(engine, {&arms[i], 1}, alone));
    REQUIRE(alone.records().size() == 4);
    for (std::size_t k = 0; k < 4; ++k) CHECK(spell_record(audience.records(i)[k]) == spell_record(alone.records()[k]));
  }
}

TEST_CASE("a failure of the machine ends the run and makes no problem wrong, even where plugins swallow it") {
  struct Lost final : DiceBackend {
    void step(std::vector<Finished>& finished) override {
      DiceBackend::step(finished);
      for (auto& one : finished) one.result = std::make_exception_ptr(MachineFailure("the device is gone"));
    }
  };
  const auto items = problems(5);
  const FirstWord grader;
  MeanLogprob value;
  const auto failure_of = [&](const Team& team, const Plan& plan) {
    Engine engine;
    Audience audience;
    const Arm arm{&team, &plan, &grader, {}, items};
    std::string failure;
    try {
      solve(engine, {&arm, 1}, audience);
    } catch (const MachineFailure& error) {
      failure = error.what();
    }
    for (const auto& record : audience.records()) CHECK(!record.error);
    CHECK(audience.ids.size() < items.size());
    return failure;
  };
  const Plan search([&](Episode& episode) { return beam(episode, value, 1, 2); });
  const Plan careless([&](Episode& episode) {
    try {
      return beam(episode, value, 1, 2);
    } catch (const std::exception&) {
      return Outcome{};
    }
  });
  const Team good =
      line_of_talkers(make_language_model(std::make_shared<DiceBackend>(), {"dice", "dice"}, nullptr), {"a"});
  const Team bad = line_of_talkers(make_language_model(std::make_shared<Lost>(), {"dice", "dice"}, nullptr), {"a"});
  CHECK(failure_of(bad, search).find("the device is gone") != std::string::npos);
  CHECK(failure_of(bad, careless).find("the device is gone") != std::string::npos);

  Team greedy = good;
  greedy.agents["a"] =
      std::make_shared<Puppet>([](const Turn&, const Draw&, int) -> std::string { throw std::bad_alloc(); });
  CHECK(failure_of(greedy, search) ==
        "problem p0: agent of role 'a': memory is used up; fewer problems at a time need less of it: [engine] "
        "open_problems");
  const Plan full([](Episode&) -> Outcome { throw std::system_error(ENOSPC, std::generic_category(), "notes.txt"); });
  CHECK(failure_of(good, full) == "problem p0: notes.txt: No space left on device");

  // A store that can no longer be read: the table is gone under the open connection.
  const TemporaryFolder folder;
  const auto store = std::make_shared<CallStore>(folder.path());
  const Team stored =
      line_of_talkers(make_language_model(std::make_shared<DiceBackend>(), {"dice", "dice"}, store), {"a"});
  execute_sql(store->file(), "DROP TABLE calls");
  CHECK(failure_of(stored, search).find("the call store " + store->file().string()) != std::string::npos);
  CHECK(failure_of(stored, careless).find("the call store " + store->file().string()) != std::string::npos);
}
