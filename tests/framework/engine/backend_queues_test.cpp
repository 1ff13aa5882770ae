#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <espalier/machine_failure.hpp>
#include <espalier/runtime.hpp>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>

#include "engine/batch_limit.hpp"
#include "engine/engine.hpp"
#include "framework/engine/stand_ins.hpp"

using namespace espalier;
using namespace espalier::engine;
using namespace espalier::engine::tests;

namespace {

/// A language model that answers a request after `duration` steps, unless a step throws.
class Fragile final : public Backend {
 public:
  using Held = std::map<Ticket, std::uint64_t>;  ///< the requests' numbers

  /// `trouble` is asked before every step, and throws.
  explicit Fragile(std::function<void(const Held&)> trouble, int duration = 1)
      : trouble_(std::move(trouble)), duration_(duration) {}

  bool admit(Ticket ticket, const Work& work) override {
    const auto& request = std::get<Request>(work);
    numbers_[ticket] = request.key.lo;
    running_[ticket] = {request, duration_};
    return true;
  }
  void step(std::vector<Finished>& finished) override {
    ++steps;
    largest = std::max(largest, running_.size());
    try {
      trouble_(numbers_);
    } catch (...) {
      ++throws;
      if (numbers_.contains(finished_first)) finish(finished_first, finished);
      throw;
    }
    Held all = numbers_;
    for (const auto& [ticket, number] : all) {
      if (--running_.at(ticket).second == 0) finish(ticket, finished);
    }
  }
  void drop(Ticket ticket) override {
    running_.erase(ticket);
    numbers_.erase(ticket);
  }
  int tokens(std::string_view) const override { return 1; }

  std::size_t held() const { return running_.size(); }
  std::size_t steps = 0;
  std::size_t throws = 0;
  std::size_t largest = 0;
  Ticket finished_first = 0;  ///< is answered by a step that throws

 private:
  void finish(Ticket ticket, std::vector<Finished>& finished) {
    finished.push_back({ticket, dice_completions(running_.at(ticket).first)});
    drop(ticket);
  }

  std::function<void(const Held&)> trouble_;
  int duration_;
  Held numbers_;
  std::map<Ticket, std::pair<Request, int>> running_;
};

Request request(std::uint64_t number) {
  Request request;
  request.key = Key{1, number};
  return request;
}

struct Answers {
  std::vector<TaskReport> reports;
  std::vector<std::string> texts;
};

/// Runs one request per task, twice in a row each, so that work comes in while other work is being retried.
Answers ask(Backend& backend, std::size_t tasks) {
  Answers answers;
  answers.texts.resize(tasks);
  Engine engine;
  answers.reports = run_tasks(engine, tasks, [&](std::size_t i) {
    for (const std::uint64_t number : {i, 1000 + i}) {
      answers.texts[i] += std::get<std::vector<Completion>>(await(backend, request(number)).result).front().text + ";";
    }
  });
  return answers;
}

std::string expected(std::size_t i) {
  return dice_completions(request(i)).front().text + ";" + dice_completions(request(1000 + i)).front().text + ";";
}

std::string message_of(const std::exception_ptr& error) {
  try {
    if (error) std::rethrow_exception(error);
    return "no error";
  } catch (const std::exception& what) {
    return what.what();
  }
}

}  // namespace

TEST_CASE("a request that makes steps throw fails alone, and no other answer changes") {
  Fragile backend(
      [](const Fragile::Held& held) {
        for (const auto& [ticket, number] : held) {
          if (number == 13) throw std::runtime_error("13 is unlucky");
        }
      },
      3);
  const Answers answers = ask(backend, 40);
  for (std::size_t i = 0; i < 40; ++i) {
    CAPTURE(i);
    CHECK((answers.reports[i].end == TaskEnd::failed) == (i == 13));
    if (i != 13) CHECK(answers.texts[i] == expected(i));
  }
  CHECK(message_of(answers.reports[13].error) == "13 is unlucky");
  CHECK(backend.throws < 20);
  CHECK(backend.held() == 0);
}

TEST_CASE("a batch that runs out of memory is tried again, smaller, and nobody fails") {
  for (const bool bad_alloc : {false, true}) {
    Fragile backend(
        [bad_alloc](const Fragile::Held& held) {
          if (held.size() <= 30) return;
          if (bad_alloc) throw std::bad_alloc();
          throw MachineFailure("there is no memory for " + std::to_string(held.size()) + " requests");
        },
        5);
    const Answers answers = ask(backend, 500);
    for (std::size_t i = 0; i < 500; ++i) {
      CHECK(answers.reports[i].end == TaskEnd::done);
      CHECK(answers.texts[i] == expected(i));
    }
    CHECK(backend.throws >= 3);     // more where more tasks are open
    CHECK(backend.throws < 10);     // it remembers how much was too much
    CHECK(backend.steps < 5 * 70);  // 1000 requests, at least 15 at once
    CHECK(backend.held() == 0);
  }
}

TEST_CASE("what does not fit alone ends the run with the machine's failure, as it was thrown") {
  Fragile backend([](const Fragile::Held&) { throw MachineFailure("the device has no memory left"); });
  CHECK_THROWS_WITH_AS(ask(backend, 3), "the device has no memory left", MachineFailure);
  CHECK(backend.held() == 0);
}

TEST_CASE("a backend that only throws costs about one step for each request") {
  Fragile backend([](const Fragile::Held&) { throw std::runtime_error("out of order"); });
  const Answers answers = ask(backend, 300);
  for (const auto& report : answers.reports) CHECK(message_of(report.error) == "out of order");
  CHECK(backend.throws < 320);
  CHECK(backend.held() == 0);
}

TEST_CASE("what a step finished before it threw is kept") {
  int asked = 0;
  Fragile backend([&](const Fragile::Held&) {
    if (++asked == 1) throw std::runtime_error("a hiccup");
  });
  backend.finished_first = 2;
  std::map<std::uint64_t, int> answered;
  Engine engine;
  const auto reports = run_tasks(engine, 4, [&](std::size_t i) {
    await(backend, request(i));
    ++answered[i];
  });
  for (const auto& report : reports) CHECK(report.end == TaskEnd::done);
  CHECK(answered == std::map<std::uint64_t, int>{{0, 1}, {1, 1}, {2, 1}, {3, 1}});
}

TEST_CASE("work that cannot be admitted for want of memory waits until there is some") {
  struct Narrow final : DiceBackend {
    Narrow() : DiceBackend({.batch = 1000, .longest = 2}) {}
    bool admit(Ticket ticket, const Work& work) override {
      if (held() >= 3) throw std::bad_alloc();
      return DiceBackend::admit(ticket, work);
    }
  };
  Narrow backend;
  const Answers answers = ask(backend, 20);
  for (std::size_t i = 0; i < 20; ++i) CHECK(answers.texts[i] == expected(i));
  CHECK(backend.largest() == 3);
}

TEST_CASE("a batch grows back: fast where one request was at fault, slowly where memory was") {
  BatchLimit limit;
  CHECK(limit.allows(1'000'000));
  limit.threw(100, false);
  CHECK(limit.allows(49));
  CHECK(!limit.allows(50));
  limit.finished(50);
  CHECK(limit.allows(99));
  limit.threw(100, true);
  limit.finished(49);
  CHECK(!limit.allows(50));
  limit.finished(1);
  CHECK(limit.allows(50));
  CHECK(!limit.allows(51));
  limit.threw(1, true);
  CHECK(limit.allows(0));
  CHECK(!limit.allows(1));
}

namespace {

/// Answers a while after it was asked, whatever steps are made meanwhile.
class Elsewhere final : public Backend {
 public:
  using Clock = std::chrono::steady_clock;

  bool admit(Ticket ticket, const Work& work) override {
    due_[ticket] = {Clock::now() + std::chrono::milliseconds(60), std::get<Request>(work)};
    return true;
  }
  void step(std::vector<Finished>& finished) override {
    ++steps;
    std::erase_if(due_, [&](const auto& one) {
      if (one.second.first > Clock::now()) return false;
      finished.push_back({one.first, dice_completions(one.second.second)});
      return true;
    });
  }
  bool wait(std::chrono::milliseconds most) override {
    auto until = Clock::now() + most;
    for (const auto& [ticket, one] : due_) until = std::min(until, one.first);
    std::this_thread::sleep_until(until);
    return true;
  }
  void drop(Ticket ticket) override { due_.erase(ticket); }
  int tokens(std::string_view) const override { return 1; }

  int steps = 0;

 private:
  std::map<Ticket, std::pair<Clock::time_point, Request>> due_;
};

}  // namespace

TEST_CASE("work that is done elsewhere is waited for, not asked about all the time") {
  Elsewhere backend;
  Engine engine;
  for (const auto& report : run_tasks(engine, 3, [&](std::size_t i) { await(backend, request(i)); }))
    CHECK(report.end == TaskEnd::done);
  CHECK(backend.steps <= 6);
  static_cast<void>(espalier::await(backend, request(1)));  // without an engine too
  CHECK(backend.steps <= 12);
}

TEST_CASE("work elsewhere holds up neither local work nor work in a third place") {
  Elsewhere here;
  Elsewhere there;
  DiceBackend local({.batch = 1, .longest = 1});
  const auto begun = Elsewhere::Clock::now();
  Engine engine;
  run_tasks(engine, 22, [&](std::size_t i) {
    if (i == 0) {
      await(here, request(0));
    } else if (i == 1) {
      for (int k = 0; k < 3; ++k) await(there, request(1));
    } else {
      await(local, request(i));
    }
  });
  CHECK(Elsewhere::Clock::now() - begun < std::chrono::milliseconds(600));
}
