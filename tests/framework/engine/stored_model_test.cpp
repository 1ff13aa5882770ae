#include "engine/stored_model.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "engine/engine.hpp"
#include "engine/ledger.hpp"
#include "framework/engine/stand_ins.hpp"

using namespace espalier;
using namespace espalier::engine;
using namespace espalier::engine::tests;

namespace {

Request request(int first, int count) {
  Request request;
  request.chat.messages = {{ChatMessage::Role::user, "three words here"}};
  request.key = Key{1, 2};
  request.first = first;
  request.count = count;
  return request;
}

void check_equal(const std::vector<Completion>& left, const std::vector<Completion>& right) {
  REQUIRE(left.size() == right.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    CHECK(left[i].text == right[i].text);
    CHECK(left[i].tokens == right[i].tokens);
    CHECK(left[i].logprobs == right[i].logprobs);
    CHECK(left[i].prompt_tokens == right[i].prompt_tokens);
  }
}

struct Setting {
  TemporaryFolder folder;
  std::shared_ptr<CallStore> store = std::make_shared<CallStore>(folder.path());
  std::shared_ptr<DiceBackend> backend = std::make_shared<DiceBackend>();
  std::shared_ptr<LanguageModel> model = make_language_model(backend, {"dice", "dice"}, store);
};

}  // namespace

TEST_CASE("only candidates that nobody has drawn are generated") {
  Setting setting;
  check_equal(setting.model->generate(request(2, 2)), dice_completions(request(2, 2)));
  CHECK(setting.backend->completions() == 2);
  std::vector<std::pair<int, int>> asked;
  setting.backend->on_request = [&](const Request& part) { asked.emplace_back(part.first, part.count); };
  check_equal(setting.model->generate(request(0, 6)), dice_completions(request(0, 6)));
  CHECK(asked == std::vector<std::pair<int, int>>{{0, 2}, {4, 2}});
  CHECK(setting.backend->completions() == 6);
  check_equal(setting.model->generate(request(1, 4)), dice_completions(request(1, 4)));
  CHECK(setting.backend->completions() == 6);
}

TEST_CASE("another model with the same store has its own calls") {
  Setting setting;
  setting.model->generate(request(0, 3));
  const auto again =
      make_language_model(setting.backend, {"dice", "dice"}, std::make_shared<CallStore>(setting.folder.path()));
  again->generate(request(0, 3));
  CHECK(setting.backend->completions() == 3);
  make_language_model(setting.backend, {"other", "other"}, setting.store)->generate(request(0, 3));
  CHECK(setting.backend->completions() == 6);
}

TEST_CASE("without a store every call is generated") {
  Setting setting;
  const auto model = make_language_model(setting.backend, {"dice", "dice"}, nullptr);
  check_equal(model->generate(request(0, 2)), dice_completions(request(0, 2)));
  check_equal(model->generate(request(0, 2)), dice_completions(request(0, 2)));
  CHECK(setting.backend->completions() == 4);
}

TEST_CASE("costs are the same whether calls are generated or replayed, in an engine or not") {
  Setting setting;
  const auto cost = [&](std::int64_t drawn) {
    Receipt receipt(Receipt::Purpose::speech, 0);
    const ReceiptScope scope(receipt);
    const auto completions = setting.model->generate(request(0, 3));
    CHECK(receipt.drawn() == drawn);
    CHECK(receipt.replayed() == 3 - drawn);
    const auto generated = static_cast<std::int64_t>(completions[1].tokens.size());
    CHECK(receipt.of(1, 3) == Cost{.cached_tokens = 3, .generated_tokens = generated, .flops = 21 * generated});
    CHECK(receipt.of(0, 3).prompt_tokens == 3);
    CHECK(receipt.of(0, 3).flops == 300 + 21 * receipt.of(0, 3).generated_tokens);
    return receipt.total();
  };
  const Cost first = cost(3);
  CHECK(cost(0) == first);
  Engine engine;
  engine.run(1, [&](std::size_t) { CHECK(cost(0) == first); });
}

TEST_CASE("receipts of side-by-side fibers are kept apart") {
  Setting setting;
  Engine engine;
  engine.run(6, [&](std::size_t i) {
    Receipt receipt(Receipt::Purpose::speech, 0);
    const ReceiptScope scope(receipt);
    const int count = static_cast<int>(i) + 1;
    Request own = request(0, count);
    own.key = Key{9, i};
    setting.model->generate(own);
    CHECK(receipt.drawn() == count);
    std::vector<std::function<void()>> tasks;
    for (std::uint64_t child = 0; child < 2; ++child) {
      tasks.push_back([&, child] {
        Request theirs = own;
        theirs.key = Key{10 + child, i};
        setting.model->generate(theirs);
      });
    }
    together(tasks);
    CHECK(receipt.drawn() == 3 * count);
  });
  CHECK(current_receipt() == nullptr);
}

TEST_CASE("fibers that ask for the same candidates at the same moment have them drawn once") {
  const Setting stored;
  const auto unstored = make_language_model(stored.backend, {"dice", "dice"}, nullptr);
  for (const auto& model : {stored.model, unstored}) {
    const std::size_t before = stored.backend->completions();
    std::int64_t drawn = 0, costs = 0;
    Engine engine;
    engine.run(8, [&](std::size_t i) {
      Receipt receipt(Receipt::Purpose::speech, 0);
      const ReceiptScope scope(receipt);
      const int first = static_cast<int>(i % 3);  // 0..3, 1..4, 2..5: each has some of the others'
      check_equal(model->generate(request(first, 4)), dice_completions(request(first, 4)));
      drawn += receipt.drawn();
      costs += receipt.total().generated_tokens;
      CHECK(receipt.drawn() + receipt.replayed() == 4);
    });
    CHECK(stored.backend->completions() - before == 6);
    CHECK(drawn == 6);
    CHECK(costs > drawn);  // everybody is charged for all they asked for
  }
}

TEST_CASE("who waits for a candidate that another fiber fails to get draws it") {
  Setting setting;
  int refused = 0;
  setting.backend->on_request = [&](const Request& part) {
    if (part.count == 3 && refused++ == 0) throw std::runtime_error("no room");
  };
  Engine engine;
  const auto reports = run_tasks(engine, 3, [&](std::size_t i) {
    const int count = i == 0 ? 3 : 2;
    check_equal(setting.model->generate(request(0, count)), dice_completions(request(0, count)));
  });
  CHECK(reports[0].end == TaskEnd::failed);
  CHECK(reports[1].end == TaskEnd::done);
  CHECK(reports[2].end == TaskEnd::done);
  CHECK(setting.backend->completions() == 2);
}

TEST_CASE("a stop gives up those who draw and those who wait for them") {
  struct Stopping final : DiceBackend {
    Engine* engine = nullptr;
    void step(std::vector<Finished>&) override { engine->request_stop(); }
  };
  const auto slow = std::make_shared<Stopping>();
  const auto model = make_language_model(slow, {"dice", "dice"}, nullptr);
  Engine engine;
  slow->engine = &engine;
  const auto reports = run_tasks(engine, 3, [&](std::size_t) { model->generate(request(0, 2)); });
  for (const auto& report : reports) CHECK(report.end == TaskEnd::abandoned);
  CHECK(slow->completions() == 0);
}

TEST_CASE("what a score was charged can be charged again") {
  Setting setting;
  Engine engine;
  engine.run(1, [&](std::size_t) {
    Receipt receipt(Receipt::Purpose::scoring);
    const ReceiptScope scope(receipt);
    const Charge once = charged([&] { setting.model->generate(request(0, 2)); });
    CHECK(once.tokens > 0);
    CHECK(receipt.total() ==
          Cost{.scorer_tokens = once.tokens, .scorer_new_tokens = once.new_tokens, .flops = once.flops});
    CHECK(receipt.drawn() == 2);
    charge(once);
    CHECK(receipt.total().scorer_tokens == 2 * once.tokens);
    CHECK(receipt.drawn() == 2);
  });
}

TEST_CASE("completions that break the backend's promise are neither returned nor stored") {
  struct Short final : DiceBackend {
    void step(std::vector<Finished>& finished) override {
      DiceBackend::step(finished);
      for (auto& one : finished) std::get<std::vector<Completion>>(one.result).pop_back();
    }
  };
  struct Uneven final : DiceBackend {
    void step(std::vector<Finished>& finished) override {
      DiceBackend::step(finished);
      for (auto& one : finished) std::get<std::vector<Completion>>(one.result).front().logprobs.push_back(0);
    }
  };
  Setting setting;
  const auto few = make_language_model(std::make_shared<Short>(), {"few", "few"}, setting.store);
  const auto uneven = make_language_model(std::make_shared<Uneven>(), {"uneven", "uneven"}, setting.store);
  CHECK_THROWS_WITH_AS(few->generate(request(0, 3)), "few returned 2 completions, 3 were asked for", std::logic_error);
  CHECK_THROWS_AS(uneven->generate(request(0, 3)), std::logic_error);
  Engine engine;
  const auto reports = run_tasks(engine, 2, [&](std::size_t i) { (i == 0 ? few : uneven)->generate(request(0, 3)); });
  CHECK(reports[0].end == TaskEnd::failed);
  CHECK(reports[1].end == TaskEnd::failed);
  for (const auto& model : setting.store->models()) CHECK(model.calls == 0);
}

TEST_CASE("when results cannot be stored the run ends with the reason") {
  Setting setting;
  // The table is gone under the open connection: every commit fails.
  execute_sql(setting.store->file(), "DROP TABLE calls");
  Engine engine({.open_tasks = 2});
  int ended = 0;
  CHECK_THROWS_AS(engine.run(5,
                             [&](std::size_t i) {
                               Request own = request(0, 1);
                               own.key = Key{4, i};
                               // A look-up would fail first: go straight to the backend.
                               engine.await(*setting.backend, own,
                                            {setting.store.get(), [&](const Finished& finished) {
                                               setting.store->put(
                                                   1, call_key("dice", own, 0),
                                                   std::get<std::vector<Completion>>(finished.result).front());
                                             }});
                               ++ended;
                             }),
                  CallStoreError);
  CHECK(ended == 0);
}
