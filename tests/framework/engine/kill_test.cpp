#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <sstream>

#include "engine/solve.hpp"
#include "engine/stored_model.hpp"
#include "framework/engine/stand_ins.hpp"

using namespace espalier;
using namespace espalier::engine;
using namespace espalier::engine::tests;

namespace {

constexpr std::size_t kProblems = 12;
constexpr int kOpen = 4;
constexpr int kBeam = 2;
constexpr int kWidth = 3;
constexpr std::size_t kBatch = 3;

/// Searches a dozen problems with the store in `folder`. Every request a backend takes in is one line of `calls.txt`,
/// written before it is answered; the records are in `records.txt` at the end.
void run_whole(const std::filesystem::path& folder, const std::function<void()>& before_call) {
  const int log = open((folder / "calls.txt").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  auto backend = std::make_shared<DiceBackend>(DiceBackend::Habits{.batch = kBatch, .longest = 3, .seed = 4});
  backend->on_request = [log, &before_call](const Request& request) {
    before_call();
    std::ostringstream line;
    line << request.key.hi << ' ' << request.key.lo << ' ' << request.first << ' ' << request.count << '\n';
    if (write(log, line.str().data(), line.str().size()) < 0) _exit(3);
  };
  const auto model = make_language_model(backend, {"dice", "dice"}, std::make_shared<CallStore>(folder));
  const Team team = line_of_talkers(model, {"reader", "planner", "solver"});
  MeanLogprob value(model);
  const Plan plan([&](Episode& episode) { return beam(episode, value, kBeam, kWidth); });
  const FirstWord grader;
  Engine engine({.open_tasks = kOpen});
  const auto items = problems(kProblems);
  const Arm arm{&team, &plan, &grader, {}, items};
  Audience audience;
  solve(engine, {&arm, 1}, audience);
  std::ofstream out(folder / "records.txt");
  for (const auto& record : audience.records()) out << spell_record(record) << '\n';
  close(log);
}

std::vector<std::string> lines(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string text(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// How a run in a process of its own is ended before its time.
enum class Killer {
  none,
  itself,  ///< as it is about to begin a call: the moment is exact
  parent,  ///< some time after that: the moment is anything
};

/// Runs `run_whole` in a process of its own, until it has logged `calls` calls more. Returns whether it was killed.
bool run_and_kill(const std::filesystem::path& folder, Killer killer, std::size_t calls = 0) {
  const std::size_t last = lines(folder / "calls.txt").size() + calls;
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    try {
      run_whole(folder, [&] {
        if (killer == Killer::itself && lines(folder / "calls.txt").size() == last) kill(getpid(), SIGKILL);
      });
      _exit(0);
    } catch (...) {
      _exit(1);
    }
  }
  int status = 0;
  pid_t ended = 0;
  while (killer == Killer::parent && (ended = waitpid(child, &status, WNOHANG)) == 0) {
    if (lines(folder / "calls.txt").size() >= last) kill(child, SIGKILL);
  }
  if (ended == 0) REQUIRE(waitpid(child, &status, 0) == child);
  if (WIFEXITED(status)) CHECK(WEXITSTATUS(status) == 0);
  return WIFSIGNALED(status);
}

}  // namespace

TEST_CASE("after kill -9 at any moment a run goes on where it was, repeating at most the calls in call in flight") {
  const TemporaryFolder whole;
  REQUIRE(!run_and_kill(whole.path(), Killer::none));
  const auto all = lines(whole.path() / "calls.txt");
  const std::set<std::string> distinct(all.begin(), all.end());
  REQUIRE(distinct.size() == all.size());

  const TemporaryFolder killed;
  std::size_t kills = 0;
  for (const std::size_t calls : {1U, 7U, 20U}) {
    REQUIRE(run_and_kill(killed.path(), Killer::itself, calls));
    ++kills;
  }
  for (const std::size_t calls : {1U, 9U, 22U, 30U})
    kills += run_and_kill(killed.path(), Killer::parent, calls) ? 1 : 0;
  REQUIRE(!run_and_kill(killed.path(), Killer::none));
  CHECK(text(killed.path() / "records.txt") == text(whole.path() / "records.txt"));
  const auto repeated = lines(killed.path() / "calls.txt");
  CHECK(std::set<std::string>(repeated.begin(), repeated.end()) == distinct);
  // In call in flight: what the backend held when the process was killed.
  CHECK(repeated.size() <= distinct.size() + kills * kBatch);
}
