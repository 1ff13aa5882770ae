#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "call_store/call_store.hpp"
#include "engine/activity_page.hpp"
#include "engine/engine.hpp"
#include "engine/episode.hpp"
#include "framework/engine/stand_ins.hpp"
#include "host/compose/factory.hpp"
#include "host/manifest/manifest.hpp"
#include "host/plugins/catalog.hpp"
#include "study/results/records.hpp"

using namespace espalier;
using namespace espalier::engine;
using namespace espalier::engine::tests;

namespace {

constexpr int kSimulations = 40;

/// What is kept of a search.
enum Keep : std::int64_t { outcome, record, line };

std::string label(std::int64_t keep) {
  switch (keep) {
    case outcome:
      return "outcome only";
    case record:
      return "with its record";
    default:
      return "with its record as a line of JSON";
  }
}

/// Time per simulation of MCTS over four scripted agents with a uniform value: everything but models.
void mcts_simulation(benchmark::State& state) {
  host::Catalog catalog = host::Catalog::standard();
  host::Factory factory(host::Node(), catalog);
  const auto search = factory.create<Search>(host::parse_value(
      "{ type = 'mcts', candidates = 3, value = { type = 'uniform' }, simulations = " + std::to_string(kSimulations) +
      " }"));
  const auto agent =
      factory.create<Agent>(host::parse_value("{ type = 'scripted', replies = ['12', '7', 'the answer is 42'] }"));
  const auto grader = factory.create<Grader>(host::parse_value("{ type = 'number' }"));
  Team team;
  team.topology = factory.create<Topology>(
      host::parse_value("{ type = 'chain', roles = ['reader', 'planner', 'solver', 'verifier'] }"));
  for (const char* role : {"reader", "planner", "solver", "verifier"}) team.agents[role] = agent;
  const Item item{{"p", "How many eggs are left?", {}}, "42"};
  EpisodeOptions options;
  options.keep_tree = state.range(0) != outcome;
  ActivityPage page;  // as a run keeps one
  exchange_activity_page(&page);
  std::int64_t simulations = 0;
  for (auto _ : state) {
    const EpisodeRecord solved = ProblemEpisode(team, item, *grader, options).solve(*search);
    if (solved.error) state.SkipWithError(solved.error->c_str());
    if (state.range(0) == line) benchmark::DoNotOptimize(study::to_text(study::record_json(solved, "arm")));
    simulations += kSimulations;
  }
  state.SetLabel(label(state.range(0)));
  state.counters["time/simulation"] =
      benchmark::Counter(static_cast<double>(simulations), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(mcts_simulation)->Arg(outcome)->Arg(record)->Arg(line)->Unit(benchmark::kMicrosecond);

/// Tasks of four dependent calls each, all open at once: what the engine itself costs.
void dependent_calls(benchmark::State& state) {
  const auto tasks = static_cast<std::size_t>(state.range(0));
  std::size_t steps = 0;
  for (auto _ : state) {
    Engine engine({.open_tasks = static_cast<int>(tasks), .fibers = FiberKind::fibers});
    DiceBackend backend({.batch = tasks});
    engine.run(tasks, [&](std::size_t i) {
      Request request;
      for (std::uint64_t turn = 0; turn < 4; ++turn) {
        request.key = Key{turn, i};
        benchmark::DoNotOptimize(await(backend, request));
      }
    });
    steps = backend.steps();
  }
  state.counters["steps"] = static_cast<double>(steps);
  state.counters["time/call"] = benchmark::Counter(
      static_cast<double>(4 * tasks), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(dependent_calls)->Arg(100)->Arg(10'000)->Unit(benchmark::kMillisecond);

Completion completion_of(std::int64_t tokens) {
  Completion completion;
  completion.text.assign(static_cast<std::size_t>(4 * tokens), 'x');
  completion.tokens.assign(static_cast<std::size_t>(tokens), 12'345);
  completion.logprobs.assign(static_cast<std::size_t>(tokens), -0.5F);
  return completion;
}

CallKey numbered_key(std::uint64_t number) {
  Request request;
  request.chat.messages = {{ChatMessage::Role::user, "hello"}};
  request.key = Key{1, number};
  return call_key("a model", request, 0);
}

/// Completions of 200 tokens put into the store, so many per commit.
void store_put(benchmark::State& state) {
  const TemporaryFolder folder;
  CallStore store(folder.path());
  const auto model = store.model("m", "m");
  const Completion completion = completion_of(200);
  std::uint64_t number = 0;
  for (auto _ : state) {
    for (std::int64_t i = 0; i < state.range(0); ++i) store.put(model, numbered_key(number++), completion);
    store.commit();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(number));
}
BENCHMARK(store_put)->Arg(1)->Arg(64)->Arg(1024)->Unit(benchmark::kMicrosecond);

/// The same read back, in another order, from a store of 20,000.
void store_get(benchmark::State& state) {
  constexpr std::uint64_t calls = 20'000;
  const TemporaryFolder folder;
  CallStore store(folder.path());
  const auto model = store.model("m", "m");
  for (std::uint64_t i = 0; i < calls; ++i) store.put(model, numbered_key(i), completion_of(200));
  store.commit();
  std::uint64_t number = 0;
  for (auto _ : state) {
    number = (number + 7919) % calls;
    benchmark::DoNotOptimize(store.get(numbered_key(number)));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(store_get)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
