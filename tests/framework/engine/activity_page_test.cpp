#include "engine/activity_page.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <random>

#include "framework/engine/stand_ins.hpp"

using namespace espalier;
using namespace espalier::engine;
using namespace espalier::engine::tests;

namespace {

std::string described(const ActivityPage& page) {
  std::array<char, 1024> text;
  return {text.data(), page.describe(text.data(), text.size())};
}

class Installed {
 public:
  explicit Installed(ActivityPage& page) : before_(exchange_activity_page(&page)) {}
  ~Installed() { exchange_activity_page(before_); }

 private:
  ActivityPage* before_;
};

/// What the next run reads after a process that was in `body` was killed there.
std::string left_by(const std::filesystem::path& file, const std::function<void(ActivityPage&)>& body) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ActivityPage page(file);
    exchange_activity_page(&page);
    body(page);
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  const ActivityPage next(file);
  return next.last_run().value_or("nothing");
}

}  // namespace

TEST_CASE("the page says where a fiber is, and where it was before") {
  ActivityPage page;
  const Installed installed(page);
  const Plan search([](Episode&) { return Outcome(); });
  const FirstWord grader;
  CHECK(described(page) == "no plugin");
  {
    const ProblemScope problem("gsm8k-17");
    CHECK(described(page) == "no plugin on problem gsm8k-17");
    const PluginCall call(search, PluginMember::solve);
    CHECK(described(page) == "espalier::engine::tests::Plan (solve) on problem gsm8k-17");
    {
      const PluginCall inner(grader, PluginMember::equal);
      CHECK(described(page) == "espalier::engine::tests::FirstWord (equal) on problem gsm8k-17");
    }
    CHECK(page.text(page.here(), 599.5) ==
          "espalier::engine::tests::Plan did not come back from solve for 600 s on problem gsm8k-17");
  }
  CHECK(described(page) == "no plugin");
}

TEST_CASE("what belongs to no problem is said with those that are open") {
  ActivityPage page;
  std::vector<std::uint32_t> numbers;
  for (int i = 0; i < 7; ++i) numbers.push_back(page.begin_problem("p" + std::to_string(i)));
  page.enter("language_models/slow", PluginMember::step);
  CHECK(described(page) == "language_models/slow (step) with 7 problems open (p0, p1, p2, p3, p4, ...)");
  for (const auto number : numbers) page.end_problem(number);
  page.end_problem(0);
  const auto again = page.begin_problem("p\n\x1b[31m");
  CHECK(described(page) == "language_models/slow (step) with 1 problem open (p??[31m)");
  page.end_problem(again);
  CHECK(described(page) == "language_models/slow (step)");
}

TEST_CASE("more problems, plugins and longer names than there is room for do no harm") {
  ActivityPage page;
  std::size_t unnamed = 0;
  for (int i = 0; i < 5000; ++i) unnamed += page.begin_problem("p") == 0 ? 1 : 0;
  CHECK(unnamed == 5000 - 4095);
  for (int i = 0; i < 500; ++i) page.enter("plugin" + std::to_string(i), PluginMember::solve);
  CHECK(described(page).starts_with("plugin499 (solve)"));
  ActivityPage other;
  other.enter(std::string(94, 'x') + "\u00e4\u00e4", PluginMember::solve);
  CHECK(described(other) == std::string(94, 'x') + " (solve)");
}

TEST_CASE("after kill -9 the next run says where the last one was") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "activity.bin";
  const Plan search([](Episode&) { return Outcome(); });
  const auto searching = [&](ActivityPage& page) {
    page.stage("compare");
    const ProblemScope problem("gsm8k-17");
    const PluginCall call(search, PluginMember::solve);
    page.offloaded(2, {.problem = page.here().problem, .plugin = page.here().plugin, .member = PluginMember::score});
    kill(getpid(), SIGKILL);
  };
  CHECK(left_by(file, searching) ==
        "the last run here did not come to its end: in stage compare it was in espalier::engine::tests::Plan (solve) "
        "on problem gsm8k-17, and in work offloaded by espalier::engine::tests::Plan (score) on problem gsm8k-17 when "
        "it was killed");
  CHECK(!std::filesystem::exists(file));
  CHECK(left_by(file, [&](ActivityPage& page) { page.ends(ProcessEnd{SIGSEGV}); }) ==
        "the last run here did not come to its end: it was in no plugin when signal 11 ended it");
  CHECK(!ActivityPage(file).last_run());
}

TEST_CASE("the page of a living process is left alone") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "activity.bin";
  const ActivityPage living(file);
  {
    ActivityPage second(file);
    CHECK(!second.last_run());
    second.enter("searches/mcts", PluginMember::solve);
    CHECK(described(second) == "searches/mcts (solve)");
    CHECK(described(living) == "no plugin");
  }
  CHECK(std::filesystem::exists(file));
}

TEST_CASE("a page that nobody wrote, or that cannot be written, is no reason not to run") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "activity.bin";
  ActivityPage nowhere(folder.path() / "missing" / "activity.bin");
  nowhere.enter("searches/mcts", PluginMember::solve);
  CHECK(described(nowhere) == "searches/mcts (solve)");
  std::ofstream(file) << "something else";
  CHECK(!ActivityPage(file).last_run());
  std::mt19937 random(5);
  for (int round = 0; round < 20; ++round) {
    left_by(file, [](ActivityPage& page) { page.enter("searches/mcts", PluginMember::solve); });
    const pid_t child = fork();
    if (child == 0) {
      ActivityPage page(file);
      kill(getpid(), SIGKILL);
    }
    waitpid(child, nullptr, 0);
    std::fstream bytes(file, std::ios::binary | std::ios::in | std::ios::out);
    bytes.seekp(16);
    std::string noise(static_cast<std::size_t>(std::filesystem::file_size(file)) - 16, '\0');
    for (char& byte : noise) byte = static_cast<char>(random());
    bytes.write(noise.data(), static_cast<std::streamsize>(noise.size()));
    bytes.close();
    const ActivityPage next(file);
    REQUIRE(next.last_run());
    for (const char byte : *next.last_run()) CHECK((static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7F));
  }
}
