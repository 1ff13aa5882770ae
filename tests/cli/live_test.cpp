#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "cli/program.hpp"
#include "study/json.hpp"

// What can be seen of a stage while it runs, and what becomes of it when the machine fails.

using namespace espalier::tests;
using namespace std::chrono_literals;
using espalier::study::Json;
using espalier::study::read_json;
using espalier::study::read_json_lines;

namespace fs = std::filesystem;

namespace {

std::size_t lines_in(const fs::path& file) {
  const std::string text = text_of(file);
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

std::vector<std::string> command(int problems, const std::string& run) {
  return {"run",
          source_file("tests/cli/stand_ins.toml"),
          "problems.limit=" + std::to_string(problems),
          "--output",
          run,
          "--store",
          run + "-store"};
}

}  // namespace

TEST_CASE("a running stage shows its first problems while it works on the last") {
  const Workplace here("live");
  const pid_t child = here.start(command(400, "run"));
  const fs::path stage = here / "run/compare.running";
  while (!here.ended(child) && lines_in(stage / "records.jsonl") < 100) std::this_thread::sleep_for(5ms);
  REQUIRE(!here.ended(child));
  CHECK(!fs::exists(stage / "summary.json"));
  const Json progress = read_json(stage / "progress.json");
  CHECK(progress.at("of") == 5 * 2 * 400);
  CHECK(progress.at("done") < progress.at("of"));
  ::kill(child, SIGSTOP);
  {
    const Workplace beside("live-tree");
    const Finished tree = beside.espalier({"tree", (here / "run").string(), "test-7", "--stage", "compare"});
    CHECK_MESSAGE(tree.code == 0, tree.err);
    CHECK(contains(tree.out, "compare / Single pass, seed 0, problem test-7"));
    CHECK(contains(tree.err, "compare is not finished: "));
    CHECK(contains(tree.err, " of 4000 problems"));
  }
  ::kill(child, SIGCONT);
  const Finished run = here.wait(child);
  REQUIRE_MESSAGE(run.code == 0, run.err);
  CHECK(!fs::exists(stage));
  CHECK(!fs::exists(here / "run/compare/progress.json"));
  // Arms, seeds and problems in their order, though the arms shared the engine.
  std::size_t row = 0;
  for (const auto& record : read_json_lines(here / "run/compare/records.jsonl")) {
    REQUIRE(record.at("index") == row % 400);
    REQUIRE(record.at("seed") == row / 400 % 2);
    ++row;
  }
  CHECK(row == 4000);
}

TEST_CASE("a line that is being written is passed over in a running stage") {
  const Workplace here("half-written");
  REQUIRE(here.espalier(command(3, "run")).code == 0);
  const std::string text = text_of(here / "run/one/records.jsonl");
  fs::create_directories(here / "half/one.running");
  std::ofstream(here / "half/one.running/records.jsonl") << text.substr(0, text.size() / 2);
  std::ofstream(here / "half/one.running/progress.json") << R"({"done": 2, "of": 6})";
  const Finished first = here.espalier({"tree", "half", "test-0"});
  CHECK(first.code == 0);
  CHECK(contains(first.err, "one is not finished: 2 of 6 problems"));
  const Finished later = here.espalier({"tree", "half", "test-99"});
  CHECK(later.code == 2);
  CHECK(contains(later.err, "one is not finished: 2 of 6 problems"));
}

TEST_CASE("a full disk ends the stage, and the same command goes on from there") {
  const Workplace here("full-disk");
  struct rlimit before {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  struct rlimit narrow = before;
  narrow.rlim_cur = 200'000;
  ::setrlimit(RLIMIT_FSIZE, &narrow);
  const pid_t child = here.start(command(300, "run"));
  ::setrlimit(RLIMIT_FSIZE, &before);
  const Finished full = here.wait(child);
  CHECK(full.code == 1);
  CHECK_MESSAGE(contains(full.err, "ended early: "), full.err);
  CHECK_MESSAGE(contains(full.err, "the same command goes on from there"), full.err);
  CHECK(!contains(full.out, "  0.0  "));
  CHECK(!fs::exists(here / "run/compare/summary.json"));
  const Finished again = here.espalier(command(300, "run"));
  REQUIRE_MESSAGE(again.code == 0, again.err);
  REQUIRE(here.espalier(command(300, "whole")).code == 0);
  CHECK(text_of(here / "run/compare/records.jsonl") == text_of(here / "whole/compare/records.jsonl"));
}

TEST_CASE("only a plugin's own failure counts as wrong, and the table says how many and why") {
  const Workplace here("failing");
  auto arguments = command(12, "run");
  arguments.push_back("models.policy.rules=[{ when = \"answer\", replies = [\"The answer is 4.\"] }]");
  const Finished run = here.espalier(arguments);
  CHECK(run.code == 1);
  CHECK_MESSAGE(contains(run.out,
                         "24 of 24 problems failed and count as wrong; first, problem test-0: agent of role "
                         "'thinker': no rule matches the last message"),
                run.out);
}
