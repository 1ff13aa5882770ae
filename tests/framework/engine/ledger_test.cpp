#include "engine/ledger.hpp"

#include <doctest/doctest.h>

using namespace espalier::engine;

TEST_CASE("parts of a ledger add up to its total") {
  Ledger ledger;
  ledger.charge("solver", {.agent_calls = 2, .prompt_tokens = 10, .generated_tokens = 7, .flops = 1'000'000'000'000});
  ledger.charge("reader", {.agent_calls = 1, .cached_tokens = 4});
  ledger.charge(kScorer, {.scorer_tokens = 5, .flops = 3});
  ledger.charge("solver", {.agent_calls = 1, .speculative_calls = 2, .speculative_tokens = 9});
  Cost sum;
  for (const auto& [part, cost] : ledger.parts()) sum += cost;
  CHECK(sum == ledger.total());
  CHECK(ledger.total() == Cost{4, 10, 4, 7, 5, 0, 1'000'000'000'003, 0, 2, 9, 0});
  CHECK(ledger.parts().at("solver").agent_calls == 3);
  CHECK(ledger.total().tokens() == 22);
  Ledger twice = ledger;
  twice.merge(ledger);
  CHECK(twice.total().agent_calls == 8);
  CHECK(twice.parts().size() == 3);
}

TEST_CASE("a receipt of speech keeps candidates apart and gives the first what belongs to none") {
  Receipt receipt(Receipt::Purpose::speech, 2);
  receipt.add(2, {.prompt_tokens = 10, .generated_tokens = 1});
  receipt.add(3, {.cached_tokens = 10, .generated_tokens = 2});
  receipt.add(0, {.prompt_tokens = 100});  // a call of the agent's own numbering
  receipt.add({.tokens = 7, .new_tokens = 3, .flops = 70});
  CHECK(receipt.of(2, 2) ==
        Cost{.prompt_tokens = 110, .generated_tokens = 1, .scorer_tokens = 7, .scorer_new_tokens = 3, .flops = 70});
  CHECK(receipt.of(3, 2) == Cost{.cached_tokens = 10, .generated_tokens = 2});
  Cost sum = receipt.of(2, 2);
  sum += receipt.of(3, 2);
  CHECK(sum == receipt.total());
}

TEST_CASE("a receipt of scoring turns all that is read and written into scorer tokens") {
  Receipt receipt(Receipt::Purpose::scoring);
  receipt.add(0, {.prompt_tokens = 10, .generated_tokens = 3, .flops = 5});
  receipt.add(1, {.cached_tokens = 10, .generated_tokens = 4, .flops = 6, .money = 2});
  receipt.add({.tokens = 20, .new_tokens = 5, .flops = 40, .money = 9});
  CHECK(receipt.total() == Cost{.scorer_tokens = 37, .scorer_new_tokens = 22, .flops = 51, .money = 11});
}

TEST_CASE("the current receipt is set for a scope") {
  CHECK(current_receipt() == nullptr);
  Receipt outer(Receipt::Purpose::speech);
  {
    const ReceiptScope scope(outer);
    CHECK(current_receipt() == &outer);
    Receipt inner(Receipt::Purpose::scoring);
    {
      const ReceiptScope nested(inner);
      CHECK(current_receipt() == &inner);
    }
    CHECK(current_receipt() == &outer);
  }
  CHECK(current_receipt() == nullptr);
}
