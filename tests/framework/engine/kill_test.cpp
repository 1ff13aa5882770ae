#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <thread>

#include "engine/solve.hpp"
#include "engine/stored_model.hpp"
#include "framework/engine/stand_ins.hpp"

using namespace espalier;
using namespace espalier::engine;
using namespace espalier::engine::tests;

namespace {

constexpr std::size_t kProblems = 12;
constexpr std::size_t kOpen = 4;
constexpr std::size_t kBeam = 2;
constexpr int kWidth = 3;

/// Searches a dozen problems with the store in `folder`. Every request a backend takes in is one line of `calls.txt`,
/// written before it is answered; the records are in `records.txt` at the end.
void run_whole(const std::filesystem::path& folder) {
  const int log = open((folder / "calls.txt").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  auto backend = std::make_shared<DiceBackend>(DiceBackend::Habits{.batch = 3, .longest = 3, .seed = 4});
  backend->on_request = [log](const Request& request) {
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
  const auto solved = solve(engine, {&team, &plan, &grader, {}}, problems(kProblems));
  std::ofstream out(folder / "records.txt");
  for (const auto& record : solved.records) out << spell_record(record) << '\n';
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

/// Runs `run_whole` in a process of its own, which is killed when it has logged `most_calls` calls. Returns whether it
/// ended by itself.
bool run_until(const std::filesystem::path& folder, std::size_t most_calls) {
  const std::size_t before = lines(folder / "calls.txt").size();
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    try {
      run_whole(folder);
      _exit(0);
    } catch (...) {
      _exit(1);
    }
  }
  for (;;) {
    int status = 0;
    if (waitpid(child, &status, WNOHANG) == child) {
      REQUIRE(WIFEXITED(status));
      CHECK(WEXITSTATUS(status) == 0);
      return true;
    }
    if (lines(folder / "calls.txt").size() >= before + most_calls) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      return WIFEXITED(status);
    }
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("after kill -9 at any moment a run goes on where it was, repeating at most the calls in flight") {
  const TemporaryFolder whole;
  REQUIRE(run_until(whole.path(), 1'000'000));
  const auto all = lines(whole.path() / "calls.txt");
  const std::set<std::string> distinct(all.begin(), all.end());
  REQUIRE(distinct.size() == all.size());

  const TemporaryFolder killed;
  std::size_t kills = 0;
  for (const std::size_t moment : {1U, 7U, 20U, 33U, 2U, 40U}) kills += run_until(killed.path(), moment) ? 0 : 1;
  CHECK(kills > 0);
  REQUIRE(run_until(killed.path(), 1'000'000));
  CHECK(text(killed.path() / "records.txt") == text(whole.path() / "records.txt"));
  const auto repeated = lines(killed.path() / "calls.txt");
  CHECK(std::set<std::string>(repeated.begin(), repeated.end()) == distinct);
  // In flight: what the backend held when the process was killed.
  CHECK(repeated.size() <= distinct.size() + kills * 3);
}
