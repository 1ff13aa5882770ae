#include "engine/engine.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include "call_store/call_store.hpp"
#include "framework/engine/stand_ins.hpp"

using namespace espalier;
using namespace espalier::engine;
using namespace espalier::engine::tests;

namespace {

/// Every kind of fiber that this build can run: sanitizers do not follow fibers.
std::vector<FiberKind> kinds() {
  if (default_fiber_kind() == FiberKind::threads) return {FiberKind::threads};
  return {FiberKind::fibers, FiberKind::threads};
}

Request request(std::uint64_t number, int count = 1) {
  Request request;
  request.chat.messages = {{ChatMessage::Role::user, "question " + std::to_string(number)}};
  request.key = Key{1, number};
  request.count = count;
  return request;
}

std::string first_text(const Finished& finished) {
  return std::get<std::vector<Completion>>(finished.result).front().text;
}

std::string message_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& what) {
    return what.what();
  } catch (...) {
    return "something else";
  }
}

}  // namespace

TEST_CASE("dependent calls of all tasks share steps") {
  for (const auto kind : kinds()) {
    Engine engine({.open_tasks = 100, .fibers = kind});
    DiceBackend backend({.batch = 1000});
    std::vector<std::string> said(100);
    const auto reports = run_tasks(engine, 100, [&](std::size_t i) {
      for (std::uint64_t turn = 0; turn < 4; ++turn) said[i] += first_text(await(backend, request(10 * i + turn)));
    });
    CHECK(backend.steps() == 4);
    CHECK(backend.largest() == 100);
    for (std::size_t i = 0; i < 100; ++i) {
      CHECK(reports[i].end == TaskEnd::done);
      std::string expected;
      for (std::uint64_t turn = 0; turn < 4; ++turn) expected += dice_completions(request(10 * i + turn)).front().text;
      CHECK(said[i] == expected);
    }
  }
}

TEST_CASE("no more tasks are open than allowed") {
  for (const auto kind : kinds()) {
    Engine engine({.open_tasks = 3, .fibers = kind});
    DiceBackend backend({.batch = 1000, .longest = 3, .seed = 7});
    int open = 0;
    int most = 0;
    engine.run(20, [&](std::size_t i) {
      most = std::max(most, ++open);
      await(backend, request(i));
      --open;
    });
    CHECK(most == 3);
    CHECK(open == 0);
  }
}

TEST_CASE("a task that throws fails alone") {
  for (const auto kind : kinds()) {
    Engine engine({.open_tasks = 8, .fibers = kind});
    DiceBackend backend;
    const auto reports = run_tasks(engine, 5, [&](std::size_t i) {
      await(backend, request(i));
      if (i == 2) throw std::runtime_error("no luck");
      if (i == 3) throw 42;
    });
    CHECK(reports[1].end == TaskEnd::done);
    CHECK(reports[2].end == TaskEnd::failed);
    CHECK(message_of(reports[2].error) == "no luck");
    CHECK(reports[3].end == TaskEnd::failed);
    CHECK(reports[4].end == TaskEnd::done);
  }
}

TEST_CASE("waiting inside a catch block is refused, and the task goes on") {
  for (const auto kind : kinds()) {
    Engine engine({.fibers = kind});
    DiceBackend backend;
    std::string refused;
    std::string kept;
    const auto reports = run_tasks(engine, 2, [&](std::size_t i) {
      await(backend, request(i));
      if (i == 1) return;
      try {
        throw std::runtime_error("the first error");
      } catch (const std::runtime_error& error) {
        try {
          await(backend, request(7));
        } catch (const std::logic_error& why) {
          refused = why.what();
        }
        CHECK_THROWS_AS(offload([] {}), std::logic_error);
        const std::vector<std::function<void()>> tasks(2, [] {});
        CHECK_THROWS_AS(together(tasks), std::logic_error);
        kept = error.what();
      }
      await(backend, request(8));
    });
    CHECK(refused.find("inside a catch block") != std::string::npos);
    CHECK(kept == "the first error");
    CHECK(reports[0].end == TaskEnd::done);
  }
}

TEST_CASE("tasks run together as children, at any depth") {
  for (const auto kind : kinds()) {
    Engine engine({.fibers = kind});
    DiceBackend backend({.batch = 1000});
    std::atomic<int> leaves = 0;
    engine.run(2, [&](std::size_t i) {
      std::vector<std::function<void()>> outer;
      for (std::uint64_t a = 0; a < 3; ++a) {
        outer.push_back([&, a] {
          std::vector<std::function<void()>> inner;
          for (std::uint64_t b = 0; b < 4; ++b) {
            inner.push_back([&, a, b] {
              await(backend, request(100 * i + 10 * a + b));
              ++leaves;
            });
          }
          together(inner);
        });
      }
      together(outer);
      CHECK(leaves >= 12);
    });
    CHECK(leaves == 24);
    CHECK(backend.steps() == 1);
  }
}

TEST_CASE("together returns when all children are done, and throws their first error in order") {
  for (const auto kind : kinds()) {
    Engine engine({.fibers = kind});
    DiceBackend backend({.batch = 1000, .longest = 4, .seed = 3});
    int ended = 0;
    const auto reports = run_tasks(engine, 1, [&](std::size_t) {
      std::vector<std::function<void()>> tasks;
      for (std::uint64_t i = 0; i < 6; ++i) {
        tasks.push_back([&, i] {
          await(backend, request(i));
          ++ended;
          if (i == 2 || i == 5) throw std::runtime_error("child " + std::to_string(i));
        });
      }
      together(tasks);
    });
    CHECK(ended == 6);
    CHECK(message_of(reports[0].error) == "child 2");
  }
}

TEST_CASE("offloaded work runs elsewhere while other tasks go on") {
  for (const auto kind : kinds()) {
    Engine engine({.fibers = kind});
    DiceBackend backend;
    std::atomic<bool> other_done = false;
    const auto engine_thread = std::this_thread::get_id();
    std::thread::id worker;
    const auto reports = run_tasks(engine, 3, [&](std::size_t i) {
      if (i == 0) {
        offload([&] {
          worker = std::this_thread::get_id();
          while (!other_done) std::this_thread::yield();
        });
      } else if (i == 1) {
        await(backend, request(1));
        other_done = true;
      } else {
        offload([] { throw std::runtime_error("the disk is gone"); });
      }
    });
    CHECK(worker != engine_thread);
    CHECK(worker != std::thread::id());
    CHECK(reports[0].end == TaskEnd::done);
    CHECK(message_of(reports[2].error) == "the disk is gone");
  }
}

TEST_CASE("a stop request begins nothing more, unwinds open tasks and keeps finished ones") {
  for (const auto kind : kinds()) {
    Engine engine({.open_tasks = 4, .fibers = kind});
    DiceBackend backend({.batch = 1000});
    int unwound = 0;
    int swallowed = 0;
    struct Guard {
      int& count;
      ~Guard() { ++count; }
    };
    const auto reports = run_tasks(engine, 10, [&](std::size_t i) {
      if (i == 0) return;
      const Guard guard{unwound};
      for (std::uint64_t turn = 0; turn < 3; ++turn) {
        try {
          await(backend, request(10 * i + turn));
        } catch (const std::exception&) {
          ++swallowed;  // a careless plugin does not take it for an error
        }
        if (i == 2 && turn == 1) engine.request_stop();
      }
    });
    CHECK(reports[0].end == TaskEnd::done);
    CHECK(swallowed == 0);
    CHECK(unwound == 4);
    for (std::size_t i = 1; i <= 4; ++i) CHECK(reports[i].end == TaskEnd::abandoned);
    for (std::size_t i = 5; i < 10; ++i) CHECK(reports[i].end == TaskEnd::not_begun);
    CHECK(backend.held() == 0);
    CHECK(!engine.run(1, [](std::size_t) {}));
  }
}

TEST_CASE("a task that swallows its abandonment is abandoned all the same, with its children") {
  for (const auto kind : kinds()) {
    Engine engine({.fibers = kind});
    DiceBackend backend({.batch = 1000});
    int children = 0;
    const auto reports = run_tasks(engine, 2, [&](std::size_t i) {
      if (i == 1) {
        await(backend, request(1));
        engine.request_stop();
        return;
      }
      try {
        std::vector<std::function<void()>> tasks;
        for (std::uint64_t k = 0; k < 3; ++k) {
          tasks.push_back([&, k] {
            for (int turn = 0; turn < 5; ++turn) await(backend, request(100 + k));
            ++children;
          });
        }
        together(tasks);
      } catch (...) {
      }
    });
    CHECK(children == 0);
    CHECK(reports[0].end == TaskEnd::abandoned);
    CHECK(reports[1].end == TaskEnd::done);
  }
}

TEST_CASE("a stop request waits for offloaded work, which uses the task's stack") {
  for (const auto kind : kinds()) {
    Engine engine({.fibers = kind});
    std::atomic<bool> begun = false;
    bool finished = false;
    std::thread stopper([&] {
      while (!begun) std::this_thread::yield();
      engine.request_stop();
    });
    const auto reports = run_tasks(engine, 1, [&](std::size_t) {
      offload([&] {
        begun = true;
        while (!engine.stop_requested()) std::this_thread::yield();
        finished = true;
      });
      await(*std::make_unique<DiceBackend>(), request(1));
    });
    stopper.join();
    CHECK(finished);
    CHECK(reports[0].end == TaskEnd::abandoned);
  }
}

TEST_CASE("a backend that breaks its contract fails who waits for it, and nothing hangs") {
  struct Refusing final : DiceBackend {
    bool admit(Ticket, const Work&) override { return false; }
  };
  struct Throwing final : DiceBackend {
    void step(std::vector<Finished>&) override { throw std::runtime_error("out of memory"); }
  };
  struct Confused final : DiceBackend {
    void step(std::vector<Finished>& finished) override { finished.push_back({12345, std::vector<Completion>{}}); }
  };
  struct Erring final : DiceBackend {
    bool admit(Ticket, const Work&) override { throw std::runtime_error("the prompt is too long"); }
  };
  Refusing refusing;
  Throwing throwing;
  Confused confused;
  Erring erring;
  Backend* const backends[] = {&refusing, &throwing, &confused, &erring};
  for (const auto kind : kinds()) {
    Engine engine({.fibers = kind});
    const auto reports = run_tasks(engine, 8, [&](std::size_t i) { await(*backends[i % 4], request(i)); });
    CHECK(message_of(reports[4].error) == "an idle language model refused work");
    CHECK(message_of(reports[5].error) == "out of memory");
    CHECK(message_of(reports[6].error) == "a language model finished work it was not given");
    CHECK(message_of(reports[7].error) == "the prompt is too long");
  }
}

TEST_CASE("who is not a task of the engine cannot wait on it") {
  Engine engine;
  DiceBackend backend;
  CHECK_THROWS_AS(engine.await(backend, request(1)), std::logic_error);
  CHECK(Engine::current() == nullptr);
  engine.run(1, [&](std::size_t) {
    CHECK(Engine::current() == &engine);
    CHECK_THROWS_AS(engine.run(1, [](std::size_t) {}), std::logic_error);
  });
  CHECK(Engine::current() == nullptr);
}

TEST_CASE("results are durable before anybody sees them, in one commit per step") {
  for (const auto kind : kinds()) {
    const TemporaryFolder folder;
    CallStore store(folder.path());
    const CallStore scoring_head(folder.path(), CallStore::Access::read_only);
    const auto model = store.model("dice", "dice");
    Engine engine({.fibers = kind});
    DiceBackend backend({.batch = 1000});
    engine.run(10, [&](std::size_t i) {
      const auto key = call_key("dice", request(i), 0);
      const auto finished = engine.await(
          backend, request(i), {&store, [&](const Finished& result) {
                                  store.put(model, key, std::get<std::vector<Completion>>(result.result).front());
                                }});
      const auto seen = scoring_head.get(key);
      REQUIRE(seen);
      CHECK(seen->text == first_text(finished));
    });
  }
}
