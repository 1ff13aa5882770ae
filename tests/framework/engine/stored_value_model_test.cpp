#include "engine/stored_value_model.hpp"

#include <doctest/doctest.h>

#include <espalier/learning.hpp>

#include "engine/solve.hpp"
#include "engine/stored_model.hpp"
#include "framework/engine/stand_ins.hpp"

using namespace espalier;
using namespace espalier::engine;
using namespace espalier::engine::tests;

namespace {

/// Reads every state with a backend, and counts how many it was asked about.
class ModelInput final : public ValueModel {
 public:
  explicit ModelInput(std::shared_ptr<Backend> backend) : backend_(std::move(backend)) {}

  std::vector<Value> score(std::span<const State> states) override {
    asked += static_cast<int>(states.size());
    std::vector<Value> values;
    for (const State& state : states) {
      espalier::ModelInput input;
      for (const auto* message : state.transcript.messages())
        input.tokens.insert(input.tokens.end(), message->tokens.begin(), message->tokens.end());
      input.tokens.push_back(0);
      input.at = {static_cast<std::int32_t>(input.tokens.size()) - 1};
      const auto length = std::get<std::vector<float>>(await(*backend_, ScoringWork{this, {input}}).result).front();
      values.push_back({.mean = 1.0 / (1.0 + static_cast<double>(length)), .deviation = 0.125});
    }
    return values;
  }
  std::unique_ptr<Learner> learner(const LearnerSpec&) override { return nullptr; }

  int asked = 0;

 private:
  std::shared_ptr<Backend> backend_;
};

/// A team of talkers, and a beam guided by a value model that is stored.
struct Bench {
  explicit Bench(std::shared_ptr<CallStore> store, std::string identity = "weights")
      : team(line_of_talkers(make_language_model(backend, {"dice", "dice"}, store), {"first", "second"})),
        value(make_value_model(input, {std::move(identity), "values.reading", {.stored = true}}, store)) {}

  Audience solve(int keep, std::size_t count = 4) {
    const Plan plan([&](Episode& episode) { return beam(episode, *value, keep, 3); });
    const FirstWord grader;
    const auto items = problems(count);
    Engine engine;
    const Arm arm{&team, &plan, &grader, {}, items};
    Audience audience;
    engine::solve(engine, {&arm, 1}, audience);
    return audience;
  }

  std::shared_ptr<DiceBackend> backend = std::make_shared<DiceBackend>();
  std::shared_ptr<ModelInput> input = std::make_shared<ModelInput>(backend);
  Team team;
  std::shared_ptr<ValueModel> value;
};

std::string spelled(const Audience& solved) {
  std::string all;
  for (const auto& record : solved.records()) all += spell_record(record) + "\n";
  return all;
}

std::int64_t sum(const Audience& solved, std::int64_t EpisodeTiming::*field) {
  std::int64_t total = 0;
  for (const auto& timing : solved.timings) total += timing.*field;
  return total;
}

}  // namespace

TEST_CASE("scores are found by the next run, and records are the same to the bit") {
  const TemporaryFolder folder;
  Bench unstored(nullptr);
  const Audience plain = unstored.solve(2);
  std::string first;
  {
    Bench bench(std::make_shared<CallStore>(folder.path()));
    const Audience solved = bench.solve(2);
    first = spelled(solved);
    CHECK(first == spelled(plain));
    CHECK(bench.input->asked == 4 * 9);
    CHECK(sum(solved, &EpisodeTiming::scores_made) == 4 * 9);
    CHECK(sum(solved, &EpisodeTiming::scores_replayed) == 0);
  }
  Bench bench(std::make_shared<CallStore>(folder.path()));
  const Audience again = bench.solve(2);
  CHECK(bench.input->asked == 0);
  CHECK(spelled(again) == first);
  CHECK(again.records().front().ledger.parts().at(std::string(kScorer)).scorer_tokens > 0);
  CHECK(sum(again, &EpisodeTiming::scores_made) == 0);
  CHECK(sum(again, &EpisodeTiming::scores_replayed) == 4 * 9);
}

TEST_CASE("another arm finds what its neighbour asked, and makes only what is new") {
  const TemporaryFolder folder;
  const auto store = std::make_shared<CallStore>(folder.path());
  Bench narrow(store);
  narrow.solve(1);
  CHECK(narrow.input->asked == 4 * 6);
  Bench wide(store);
  const Audience solved = wide.solve(2);
  CHECK(wide.input->asked == 4 * 3);
  CHECK(spelled(solved) == spelled(Bench(nullptr).solve(2)));
}

TEST_CASE("other weights are asked anew, and so is one that has begun to learn") {
  const TemporaryFolder folder;
  const auto store = std::make_shared<CallStore>(folder.path());
  Bench(store).solve(1);
  Bench other(store, "other weights");
  other.solve(1);
  CHECK(other.input->asked == 4 * 6);
  Bench learning(store);
  static_cast<void>(learning.value->learner({}));
  learning.solve(1);
  CHECK(learning.input->asked == 4 * 6);
}

TEST_CASE("a state given twice is asked about once and charged twice") {
  const TemporaryFolder folder;
  Bench bench(std::make_shared<CallStore>(folder.path()));
  const auto solve = [&](ValueModel& value) {
    const Plan plan([&](Episode& episode) {
      auto states = episode.expand(std::vector{episode.root()}, Widths{0, 2}).front();
      states.push_back(states.front());
      episode.score(value, states);
      return Outcome{};
    });
    const FirstWord grader;
    const auto items = problems(1);
    Engine engine;
    const Arm arm{&bench.team, &plan, &grader, {}, items};
    Audience audience;
    engine::solve(engine, {&arm, 1}, audience);
    return audience.records().front().ledger;
  };
  const Ledger stored = solve(*bench.value);
  CHECK(bench.input->asked == 2);
  CHECK(stored == solve(*bench.input));
}

TEST_CASE("outside an engine nothing is stored, as nobody says there what it costs") {
  const TemporaryFolder folder;
  const auto store = std::make_shared<CallStore>(folder.path());
  Bench bench(store);
  const Item item = problems(1).front();
  const FirstWord grader;
  ProblemEpisode episode(bench.team, item, grader, {});
  const auto states = episode.expand(std::vector{episode.root()}, Widths{0, 2}).front();
  for (int time = 1; time <= 2; ++time) {
    bench.value->score(states);
    CHECK(bench.input->asked == 2 * time);
  }
  for (const auto& model : store->models()) CHECK(model.scores == 0);
}

TEST_CASE("a score's key follows everything that a value model may see, and no true reward unless it is an oracle") {
  const Line line({"first", "second"});
  const Problem problem{"p", "What?", {}};
  const auto key = [&](const Problem& asked, const Topology& topology, const std::string& text, int candidate,
                       std::optional<double> reward, bool oracle, const char* identity = "weights") {
    Message message;
    message.node = 0;
    message.text = text;
    State state{&asked, &topology, Transcript(Key{1, 2}).extended(message, candidate), std::nullopt, reward};
    return score_key(identity, state, oracle);
  };
  const auto base = key(problem, line, "a", 0, std::nullopt, false);
  CHECK(key(problem, line, "a", 0, 1.0, false) == base);
  CHECK(key(problem, line, "a", 0, 1.0, true) != base);
  CHECK(key(problem, line, "b", 0, std::nullopt, false) != base);
  CHECK(key(problem, line, "a", 1, std::nullopt, false) != base);
  CHECK(key(problem, line, "a", 0, std::nullopt, false, "other") != base);
  CHECK(key(problem, Line({"first", "third"}), "a", 0, std::nullopt, false) != base);
  CHECK(key(Problem{"p", "What else?", {}}, line, "a", 0, std::nullopt, false) != base);
  CHECK(key(Problem{"p", "What?", {{"level", "5"}}}, line, "a", 0, std::nullopt, false) != base);
}
