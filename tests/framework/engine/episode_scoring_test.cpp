#include <doctest/doctest.h>

#include <limits>

#include "engine/stored_model.hpp"
#include "engine/stored_value_model.hpp"
#include "framework/engine/episode_setting.hpp"

using namespace espalier;
using namespace espalier::engine;
using namespace espalier::engine::tests;

TEST_CASE("rewards are shown to oracles only") {
  for (const bool oracle : {false, true}) {
    EpisodeOptions options;
    options.oracle = oracle;
    Setting setting(
        [](const Turn&, const Draw&, int candidate) { return std::string(candidate == 1 ? "right x" : "wrong x"); },
        options);
    auto episode = setting.episode();
    const auto first = expand_one(episode, episode.root(), {0, 1}).front();
    CHECK(!first.reward);
    const auto last = expand_one(episode, first, {0, 2});
    CHECK(last[0].reward == (oracle ? std::optional(-1.0) : std::nullopt));
    CHECK(last[1].reward == (oracle ? std::optional(1.0) : std::nullopt));
    CHECK(episode.answer(last[1])->canonical == "right");
    CHECK(episode.answer(first)->canonical == "wrong");
  }
}

TEST_CASE("scoring is charged to the scorer, and parts add up") {
  auto backend = std::make_shared<DiceBackend>();
  const auto model = make_language_model(backend, {"dice", "dice"}, nullptr);
  const Team team = line_of_talkers(model, {"first", "second"});
  const auto items = problems(1);
  const FirstWord grader;
  MeanLogprob value(model);
  ProblemEpisode episode(team, items[0], grader, {});
  const auto record = episode.solve(Plan([&](Episode& e) { return beam(e, value, 2, 3); }));
  REQUIRE(!record.error);
  const Cost scorer = record.ledger.parts().at(std::string(kScorer));
  CHECK(scorer.scorer_tokens > 0);
  CHECK(scorer == Cost{.scorer_tokens = scorer.scorer_tokens,
                       .scorer_new_tokens = scorer.scorer_new_tokens,
                       .flops = scorer.flops});
  CHECK(record.ledger.parts().at("first").agent_calls == 3);
  CHECK(record.ledger.parts().at("second").agent_calls == 6);
  std::int64_t generated = 0;
  for (const auto& node : record.nodes) generated += node.tokens;
  CHECK(record.ledger.total().generated_tokens == generated);
  CHECK(record.ledger.total().agent_calls == std::ssize(record.nodes));
  // 2 words of system prompt and question for each request of n candidates: n - 1 of them read nothing.
  CHECK(record.ledger.parts().at("first").cached_tokens == 2 * record.ledger.parts().at("first").prompt_tokens);
  CHECK(episode.timing().calls_drawn == 9 + 9);
}

TEST_CASE("a value model that breaks its promise fails the problem") {
  struct Bad final : ValueModel {
    explicit Bad(std::vector<Value> with_values) : values(std::move(with_values)) {}
    std::vector<Value> score(std::span<const State>) override { return values; }
    std::vector<Value> values;
  };
  Setting setting(numbered);
  const auto error = [&](std::vector<Value> values, std::optional<ValueModel::Facts> facts) {
    return setting
        .solve([&](Episode& episode) {
          std::shared_ptr<ValueModel> bad = std::make_shared<Bad>(std::move(values));
          if (facts) bad = make_value_model(bad, {"hash", "values.bad", *facts}, nullptr);
          episode.score(*bad, expand_one(episode, episode.root(), {}));
          return Outcome{};
        })
        .error.value_or("");
  };
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const ValueModel::Facts plain;
  const ValueModel::Facts raw{.raw = true};
  CHECK(error({}, plain) == "the value model values.bad returned 0 values for 1 states: there must be one for each");
  CHECK(error({{1.5, 0}}, plain) ==
        "the value model values.bad returned the value 1.5 for state '0' of problem p: values lie in [-1, 1], but for "
        "value models whose facts say that they are raw");
  CHECK(error({{1.5, 0}}, raw).empty());
  CHECK(error({{-7, 3}}, raw).empty());
  CHECK(error({{1, 0.5}}, plain).empty());
  CHECK(error({{nan, 0}}, raw) ==
        "the value model values.bad returned the value nan for state '0' of problem p: values must be finite");
  CHECK(error({{0, nan}}, plain) ==
        "the value model values.bad returned the deviation nan for state '0' of problem p: deviations must be finite "
        "and not negative");
  CHECK(error({{0, -1}}, raw).find("returned the deviation -1") != std::string::npos);
  // One that a search made for itself is held to the same.
  CHECK(error({{2, 0}}, std::nullopt).starts_with("the value model of the search itself returned the value 2"));
}

TEST_CASE("every value model that a search asks has a channel of its own") {
  struct Constant final : ValueModel {
    explicit Constant(double with_value) : value(with_value) {}
    std::vector<Value> score(std::span<const State> states) override {
      return std::vector<Value>(states.size(), {value, 0});
    }
    double value;
  };
  Setting setting(numbered);
  const auto process = make_value_model(std::make_shared<Constant>(0.25), {"a", "values.process", {}}, nullptr);
  const auto outcome = make_value_model(std::make_shared<Constant>(-0.5), {"b", "values.outcome", {}}, nullptr);
  const auto record = setting.solve([&](Episode& episode) {
    const auto first = expand_one(episode, episode.root(), {0, 1});
    const auto last = expand_one(episode, first.front(), {0, 1});
    episode.score(*process, first);
    episode.score(*process, last);
    episode.score(*outcome, last);
    return Outcome{};
  });
  REQUIRE(!record.error);
  CHECK(record.find("0")->scored->mean == 0.25);
  CHECK(record.find("0")->scored_by_others.empty());
  CHECK(record.find("0.0")->scored->mean == 0.25);
  CHECK(record.find("0.0")->scored_by_others.at("values.outcome").mean == -0.5);
}
