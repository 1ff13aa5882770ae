#include "engine/watchdog.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <espalier/runtime.hpp>
#include <fstream>
#include <functional>
#include <iterator>
#include <mutex>
#include <thread>

#include "engine/solve.hpp"
#include "engine/stored_model.hpp"
#include "framework/engine/stand_ins.hpp"

using namespace espalier;
using namespace espalier::engine;
using namespace espalier::engine::tests;

namespace {

const EngineOptions kStrict{.open_tasks = 4, .call_seconds = 0.2, .grace_seconds = 0.2};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Never answers the requests of which it is told.
class Mute final : public DiceBackend {
 public:
  explicit Mute(std::function<bool(const Request&)> ignores)
      : DiceBackend({.batch = 100}), ignores_(std::move(ignores)) {}
  bool admit(Ticket ticket, const Work& work) override {
    if (!ignores_(std::get<Request>(work))) return DiceBackend::admit(ticket, work);
    ignored.push_back(ticket);
    return true;
  }
  void drop(Ticket ticket) override {
    std::erase(ignored, ticket);
    DiceBackend::drop(ticket);
  }
  std::vector<Ticket> ignored;

 private:
  std::function<bool(const Request&)> ignores_;
};

struct Run {
  std::vector<EpisodeRecord> records;
  bool complete;
  std::shared_ptr<Mute> backend;
};

/// Runs a search on four problems, p0 .. p3, with a model that does not answer what `ignores` says.
Run search_four(
    EngineOptions options, const Plan::Solve& search,
    std::function<bool(const Request&)> ignores = [](const Request&) { return false; }) {
  auto backend = std::make_shared<Mute>(std::move(ignores));
  const auto model = make_language_model(backend, {"dice", "dice"}, nullptr);
  const Team team = line_of_talkers(model, {"reader", "solver"});
  const Plan plan(search);
  const FirstWord grader;
  Engine engine(options);
  const auto items = problems(4);
  const Arm arm{&team, &plan, &grader, {}, items};
  Audience audience;
  const bool complete = solve(engine, {&arm, 1}, audience);
  return {audience.records(), complete, backend};
}

Outcome draw_one(Episode& episode) {
  State state = episode.root();
  while (!state.terminal()) state = episode.expand(std::span(&state, 1), {0, 1}).front().front();
  return {state, {}, "done"};
}

bool is(const Episode& episode, const char* id) { return episode.root().problem->id == id; }

struct Ended {
  int code = -1;  ///< or minus the signal
  std::string said;
  double seconds = 0;
};

/// Runs `body` in a process of its own, at most ten seconds.
Ended in_process(const std::function<void()>& body) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "stderr.txt";
  const auto begun = std::chrono::steady_clock::now();
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    alarm(10);
    if (std::freopen(file.c_str(), "w", stderr) == nullptr) _exit(99);
    body();
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  std::ifstream in(file);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status),
          {std::istreambuf_iterator<char>(in), {}},
          std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count()};
}

void spin() {
  for (volatile bool for_ever = true; for_ever;) {
  }
}

}  // namespace

TEST_CASE("a search that loops over the engine fails its problem by name, and the others go on") {
  const Run solved = search_four(kStrict, [](Episode& episode) {
    while (is(episode, "p1")) static_cast<void>(episode.spent());
    return draw_one(episode);
  });
  CHECK(solved.complete);
  REQUIRE(solved.records.size() == 4);
  for (const auto& record : solved.records) CHECK(record.error.has_value() == (record.problem.id == "p1"));
  CHECK_MESSAGE(contains(*solved.records[1].error, "Plan did not come back from solve for 1 s on problem p1"),
                *solved.records[1].error);
  CHECK(contains(*solved.records[1].error, "engine.call_seconds"));
}

TEST_CASE("a problem that waits for ever is ended by its limit, and its request is dropped") {
  const Run solved = search_four({.grace_seconds = 0.2, .problem_seconds = 0.3}, draw_one, [](const Request& request) {
    return request.chat.messages.size() > 1 && contains(request.chat.messages[1].text, "problem 2?");
  });
  CHECK(solved.complete);
  for (const auto& record : solved.records) CHECK(record.error.has_value() == (record.problem.id == "p2"));
  CHECK_MESSAGE(contains(*solved.records[2].error, "Talker did not come back from speak for 1 s on problem p2"),
                *solved.records[2].error);
  CHECK(contains(*solved.records[2].error, "engine.problem_seconds"));
  CHECK(solved.backend->ignored.empty());
}

TEST_CASE("a task's limit ends its children, and those of its fibers that wait for other tasks") {
  Mute backend([](const Request& request) { return request.key.hi == 7; });
  Engine engine({.grace_seconds = 0.2, .problem_seconds = 0.3});
  WaitQueue wait_queue;
  int unwound = 0;
  struct Guard {
    int& count;
    ~Guard() { ++count; }
  };
  const auto reports = run_tasks(engine, 3, [&](std::size_t i) {
    const Guard guard{unwound};
    Request request;
    request.key = Key{i == 2 ? 1U : 7U, i};
    if (i == 0) engine.wait(wait_queue);
    if (i == 2) {
      await(backend, request);
      return;
    }
    const std::vector<std::function<void()>> tasks(3, [&] {
      const Guard child{unwound};
      try {
        await(backend, request);
      } catch (const std::exception&) {
        FAIL("a plugin took its end for an error");
      }
    });
    together(tasks);
  });
  CHECK(reports[0].end == TaskEnd::failed);
  CHECK(reports[1].end == TaskEnd::failed);
  CHECK(reports[2].end == TaskEnd::done);
  CHECK(unwound == 6);
  CHECK(wait_queue.waiting.empty());
  CHECK(backend.ignored.empty());
}

TEST_CASE("time is shared: many problems that wait side by side are given as much each") {
  int steps = 0;
  struct Slow final : DiceBackend {
    using DiceBackend::DiceBackend;
    void step(std::vector<Finished>& finished) override {
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      DiceBackend::step(finished);
    }
  };
  Slow backend({.batch = 1});
  Engine engine({.open_tasks = 20, .grace_seconds = 0.2, .problem_seconds = 0.3});
  engine.run(20, [&](std::size_t i) {
    Request request;
    request.key = Key{1, i};
    await(backend, request);  // the last one waits for 0.6 s
    ++steps;
  });
  CHECK(steps == 20);
}

TEST_CASE("a plugin that does not come back at all ends the process, with its name and code 1") {
  const Ended ended = in_process([] {
    search_four(kStrict, [](Episode& episode) {
      if (is(episode, "p2")) spin();
      return draw_one(episode);
    });
  });
  CHECK(ended.code == 1);
  CHECK_MESSAGE(
      contains(ended.said, "Plan did not come back from solve for 1 s on problem p2 and cannot be interrupted"),
      ended.said);
  CHECK(ended.seconds < 5);
}

TEST_CASE("a plugin that swallows its end and goes on ends the process as well") {
  const Ended ended = in_process([] {
    search_four(kStrict, [](Episode& episode) {
      while (is(episode, "p0")) {
        try {
          static_cast<void>(draw_one(episode));
          static_cast<void>(episode.affordable(1));
        } catch (...) {
        }
      }
      return draw_one(episode);
    });
  });
  CHECK(ended.code == 1);
  CHECK_MESSAGE(contains(ended.said, "on problem p0 and cannot be interrupted"), ended.said);
}

TEST_CASE("offloaded work that hangs ends the process when nothing else is left to do") {
  const TemporaryFolder folder;
  const Ended ended = in_process([&] {
    std::ofstream done(folder.path() / "done.txt");
    search_four(kStrict, [&](Episode& episode) {
      if (is(episode, "p3")) offload([] { std::this_thread::sleep_for(std::chrono::hours(1)); });
      Outcome outcome = draw_one(episode);
      done << "one" << std::endl;
      return outcome;
    });
  });
  CHECK(ended.code == 1);
  CHECK_MESSAGE(contains(ended.said, "Plan did not come back from solve for 1 s on problem p3"), ended.said);
  std::ifstream done(folder.path() / "done.txt");
  CHECK(std::distance(std::istream_iterator<std::string>(done), {}) == 3);
}

TEST_CASE("after a stop request a plugin that keeps the thread ends the process") {
  const Ended ended = in_process([] {
    Engine engine({.grace_seconds = 0.3});
    std::thread stopper([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      engine.request_stop();
    });
    const Team team = line_of_talkers(nullptr, {"solver"});
    const Plan plan([](Episode&) -> Outcome {
      spin();
      return {};
    });
    const FirstWord grader;
    const auto items = problems(1);
    const Arm arm{&team, &plan, &grader, {}, items};
    Audience audience;
    solve(engine, {&arm, 1}, audience);
    stopper.join();
  });
  CHECK(ended.code == 1);
  CHECK_MESSAGE(contains(ended.said, "did not come back from solve for 1 s on problem p0 after the request to stop"),
                ended.said);
}

TEST_CASE("time in which the process is suspended does not count") {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    alarm(10);
    search_four({.call_seconds = 0.6, .grace_seconds = 0.2}, [](Episode& episode) {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      return draw_one(episode);
    });
    _exit(0);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  kill(child, SIGSTOP);
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));
  kill(child, SIGCONT);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
