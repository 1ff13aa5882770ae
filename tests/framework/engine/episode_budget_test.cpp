#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>

#include "engine/stored_model.hpp"
#include "framework/engine/episode_setting.hpp"

using namespace espalier;
using namespace espalier::engine;
using namespace espalier::engine::tests;

TEST_CASE("widths of many states are held against the budget together") {
  EpisodeOptions options;
  options.budget.calls = 2 + 4;
  Setting setting(numbered, options);
  auto episode = setting.episode();
  const auto states = expand_one(episode, episode.root(), {0, 2});
  CHECK_THROWS_AS(episode.expand(states, std::vector<Widths>{{0, 2}, {0, 3}}), BudgetSpent);
  CHECK(episode.ledger().total().agent_calls == 2);
  episode.expand(states, std::vector<Widths>{{0, 1}, {0, 3}});
  CHECK(episode.spent());
}

TEST_CASE("calls never exceed the budget") {
  for (const int limit : {0, 1, 5}) {
    EpisodeOptions options;
    options.budget.calls = limit;
    Setting setting(numbered, options);
    auto episode = setting.episode();
    CHECK(episode.affordable(9) == limit);
    CHECK(episode.spent() == (limit == 0));
    CHECK_THROWS_AS(expand_one(episode, episode.root(), {0, limit + 1}), BudgetSpent);
    CHECK(episode.ledger().total().agent_calls == 0);
    if (limit == 0) continue;
    const auto states = expand_one(episode, episode.root(), {0, limit});
    CHECK(episode.spent());
    CHECK(expand_one(episode, episode.root(), {0, limit}).size() == states.size());  // free
    CHECK_THROWS_AS(expand_one(episode, states.front(), {}), BudgetSpent);
    CHECK(episode.ledger().total().agent_calls == limit);
  }
}

TEST_CASE("a budget that is exceeded fails a search that did not ask") {
  EpisodeOptions options;
  options.budget.calls = 1;
  Setting setting(numbered, options);
  const auto record = setting.solve([](Episode& episode) {
    expand_one(episode, episode.root(), {0, 2});
    return Outcome{};
  });
  CHECK(record.error == "2 agent calls were asked for, the budget allows 1");
}

TEST_CASE("what is drawn ahead is charged apart until it is claimed") {
  auto backend = std::make_shared<DiceBackend>();
  const auto model = make_language_model(backend, {"dice", "dice"}, nullptr);
  const Team team = line_of_talkers(model, {"first", "second"});
  const Item item = problems(1).front();
  const FirstWord grader;
  EpisodeOptions options;
  options.budget.calls = 3;
  ProblemEpisode plain(team, item, grader, options);
  plain.expand(std::vector{plain.root()}, {0, 3});
  ProblemEpisode ahead(team, item, grader, options);
  ahead.prefetch(std::vector{ahead.root()}, {0, 3}, 1);
  const Cost prefetched = ahead.ledger().total();
  CHECK(prefetched.agent_calls == 0);
  CHECK(prefetched.speculative_calls == 3);
  CHECK(prefetched.speculative_tokens ==
        plain.ledger().total().prompt_tokens + plain.ledger().total().generated_tokens);
  CHECK(prefetched.generated_tokens == 0);
  CHECK(prefetched.flops == 0);
  CHECK(prefetched.speculative_flops == plain.ledger().total().flops);
  CHECK(ahead.affordable(9) == 3);
  ahead.prefetch(std::vector{ahead.root()}, {0, 3}, 1);
  CHECK(ahead.ledger().total() == prefetched);
  CHECK_THROWS_AS(ahead.expand(std::vector{ahead.root()}, {0, 4}), BudgetSpent);
  ahead.expand(std::vector{ahead.root()}, {1, 1});
  CHECK(ahead.ledger().total().agent_calls == 1);
  CHECK(ahead.ledger().total().speculative_calls == 2);
  ahead.expand(std::vector{ahead.root()}, {0, 3});
  CHECK(ahead.ledger() == plain.ledger());
  CHECK(backend->completions() == 6);
}

TEST_CASE("what is drawn ahead takes nothing from any budget") {
  const auto model = make_language_model(std::make_shared<DiceBackend>(), {"dice", "dice"}, nullptr);
  const Team team = line_of_talkers(model, {"first", "second", "third"});
  const Item item = problems(1).front();
  const FirstWord grader;
  // Draws level by level as long as the budget goes, and says how much fitted at every step.
  const auto run = [&](const Budget& budget, int turns) {
    ProblemEpisode episode(team, item, grader, {.budget = budget});
    episode.prefetch(std::vector{episode.root()}, {0, 3}, turns);
    std::vector<int> fitted;
    std::vector<State> level{episode.root()};
    while (!level.empty() && !level.front().terminal()) {
      fitted.push_back(episode.spent() ? 0 : episode.affordable(100));
      std::vector<State> next;
      for (const State& state : level) {
        const int fit = episode.affordable(3);
        fitted.push_back(fit);
        if (fit < 3) break;
        for (auto& child : expand_one(episode, state, {0, 3})) next.push_back(std::move(child));
      }
      level = std::move(next);
    }
    return std::pair(fitted, episode.ledger().total().agent_calls);
  };
  const auto whole = [&] {
    ProblemEpisode episode(team, item, grader, {});
    std::vector<State> level = expand_one(episode, episode.root(), {0, 3});
    episode.expand(level, {0, 3});
    return episode.ledger().total();
  }();
  const std::vector<Budget> budgets = {{.calls = 7},
                                       {.tokens = whole.tokens() / 2},
                                       {.tokens = whole.tokens()},
                                       {.flops = static_cast<double>(whole.flops) / 2},
                                       {.flops = static_cast<double>(whole.flops)}};
  for (std::size_t i = 0; i < budgets.size(); ++i) {
    CAPTURE(i);
    const auto plain = run(budgets[i], 0);
    CHECK(plain.second > 0);
    for (const int turns : {1, 2, 3}) CHECK(run(budgets[i], turns) == plain);
  }
}

TEST_CASE("a whole tree is drawn ahead in one batch per turn, and claiming all of it leaves nothing speculative") {
  auto backend = std::make_shared<DiceBackend>();
  const auto model = make_language_model(backend, {"dice", "dice"}, nullptr);
  const Team team = line_of_talkers(model, {"first", "second", "third"});
  const Item item = problems(1).front();
  const FirstWord grader;
  ProblemEpisode plain(team, item, grader, {});
  ProblemEpisode ahead(team, item, grader, {});
  ahead.prefetch(std::vector{ahead.root()}, {0, 2}, 9);
  CHECK(ahead.ledger().total().speculative_calls == 2 + 4 + 8);
  CHECK(ahead.ledger().total().agent_calls == 0);
  for (ProblemEpisode* const episode : {&plain, &ahead}) {
    std::vector<State> level{episode->root()};
    while (!level.front().terminal()) {
      std::vector<State> next;
      for (auto& states : episode->expand(level, {0, 2})) std::ranges::move(states, std::back_inserter(next));
      level = std::move(next);
    }
    CHECK(level.size() == 8);
  }
  CHECK(ahead.ledger() == plain.ledger());
  CHECK(backend->completions() == 2 * (2 + 4 + 8));
}
