#include "engine/budget.hpp"

#include <doctest/doctest.h>

using namespace espalier::engine;

TEST_CASE("without limits everything is affordable") {
  const BudgetMeter meter({});
  CHECK(meter.affordable(1000, {.agent_calls = 5, .prompt_tokens = 1'000'000}) == 1000);
  CHECK(meter.affordable(-1, {}) == 0);
  CHECK(!meter.spent({}));
}

TEST_CASE("calls are limited exactly") {
  const BudgetMeter none({.calls = 0});
  CHECK(none.spent({}));
  CHECK(none.affordable(5, {}) == 0);
  const BudgetMeter one({.calls = 1});
  CHECK(one.affordable(5, {}) == 1);
  CHECK(one.spent({.agent_calls = 1}));
  const BudgetMeter ten({.calls = 10});
  CHECK(ten.affordable(5, {.agent_calls = 7}) == 3);
  CHECK(ten.affordable(2, {.agent_calls = 7}) == 2);
  CHECK(ten.affordable(2, {.agent_calls = 17}) == 0);
  CHECK(ten.affordable(2, {.agent_calls = 7, .speculative_calls = 100}) == 2);
}

TEST_CASE("tokens and FLOPs are guessed from the mean of the calls so far") {
  const BudgetMeter tokens({.tokens = 100});
  CHECK(tokens.affordable(5, {}) == 5);
  CHECK(tokens.affordable(50, {.agent_calls = 4, .prompt_tokens = 30, .generated_tokens = 10}) == 6);
  CHECK(tokens.affordable(50, {.agent_calls = 1, .prompt_tokens = 60, .generated_tokens = 39}) == 1);
  CHECK(tokens.affordable(50, {.agent_calls = 1, .prompt_tokens = 50, .generated_tokens = 50}) == 0);
  CHECK(tokens.affordable(50, {.agent_calls = 4, .cached_tokens = 1000, .generated_tokens = 40}) == 6);
  const BudgetMeter flops({.flops = 1e12});
  CHECK(flops.affordable(50, {.agent_calls = 2, .flops = 200'000'000'000}) == 8);
  const BudgetMeter money({.money = 0.1});
  CHECK(money.affordable(50, {.agent_calls = 4, .money = 40'000'000}) == 6);
  CHECK(money.spent({.agent_calls = 4, .money = 100'000'000}));
}

TEST_CASE("seconds run from the beginning") {
  const auto an_hour_ago = BudgetMeter::Clock::now() - std::chrono::hours(1);
  CHECK(BudgetMeter({.seconds = 60}, an_hour_ago).spent({}));
  CHECK(BudgetMeter({.seconds = 7200}, an_hour_ago).affordable(3, {}) == 3);
}

TEST_CASE("budgets combine to the tighter of each limit") {
  const Budget both = Budget{.calls = 5, .tokens = 100, .money = 3} & Budget{.calls = 9, .seconds = 2.5, .money = 2};
  CHECK(both.calls == 5);
  CHECK(both.tokens == 100);
  CHECK(both.seconds == 2.5);
  CHECK(both.money == 2);
  CHECK(!both.flops);
  const BudgetMeter meter(both);
  CHECK(meter.affordable(9, {.agent_calls = 1, .generated_tokens = 50}) == 1);
}
