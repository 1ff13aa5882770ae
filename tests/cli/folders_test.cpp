#include <doctest/doctest.h>

#include <csignal>
#include <map>
#include <optional>
#include <thread>

#include "cli/program.hpp"
#include "study/files.hpp"
#include "study/json.hpp"

// What a run may write, replace and remove: its own, and nothing else.

using namespace espalier::tests;
using espalier::study::FileLock;
using espalier::study::Json;
using espalier::study::read_json;
using espalier::study::write_file;

namespace fs = std::filesystem;

namespace {

const std::string stand_ins = source_file("tests/cli/stand_ins.toml");

/// Every file below a folder with its text, but those of runs and the tests' own.
std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().lexically_relative(folder).string();
    if (entry.is_regular_file() && !name.starts_with("std")) files[name] = text_of(entry.path());
  }
  return files;
}

/// A manifest whose one stage is called `name`.
std::string with_stage(const std::string& name) {
  return "include = \"" + stand_ins + "\"\nproblems.limit = 2\n[stages.\"" + name +
         "\"]\ndo = \"solve\"\nsearch = { type = \"single_pass\" }\n";
}

/// A project that somebody has: a manifest among files that no run made.
void make_project(const Workplace& here) {
  write_file(here / "project/src/main.cpp", "precious");
  write_file(here / "project/notes.txt", "precious");
  write_file(here / "neighbour/thesis.tex", "precious");
  write_file(here / "manifest.toml", "precious");
}

}  // namespace

TEST_CASE("no stage's name leads out of the run folder") {
  const Workplace here("hostile-stages");
  make_project(here);
  const std::vector<std::string> names = {"../..",
                                          "..",
                                          ".",
                                          "../neighbour",
                                          "a/../../neighbour",
                                          "/",
                                          "/tmp/x",
                                          "sub/one",
                                          "\\\\share",
                                          ".hidden",
                                          "",
                                          " ",
                                          "run.json",
                                          "manifest.toml",
                                          "log.txt",
                                          "environment.json",
                                          "one.running",
                                          "a\\u0000b",
                                          "a\\nb",
                                          "a\\u001b[2J",
                                          "a\\u202Eb",
                                          "one@limit=3"};
  std::size_t number = 0;
  for (const auto& name : names) {
    const std::string manifest = "project/hostile" + std::to_string(++number) + ".toml";
    write_file(here / manifest, with_stage(name));
    const auto before = contents(here / "");
    for (const auto& verb : {std::vector<std::string>{"check"}, {"run"}}) {
      auto arguments = verb;
      arguments.push_back(manifest);
      if (verb.front() == "run") arguments.insert(arguments.end(), {"--output", "project/out"});
      const Finished finished = here.espalier(arguments);
      CHECK_MESSAGE(finished.code == 2, name, ": ", finished.err);
      CHECK_MESSAGE(contains(finished.err, manifest + ":3:"), name, ": ", finished.err);
    }
    CHECK_MESSAGE(contents(here / "") == before, name);
  }
}

TEST_CASE("an absolute name is refused too") {
  const Workplace here("absolute-stage");
  make_project(here);
  write_file(here / "project/hostile.toml", with_stage((here / "neighbour").string()));
  const auto before = contents(here / "");
  CHECK(here.espalier({"run", "project/hostile.toml"}).code == 2);
  CHECK(contents(here / "") == before);
}

TEST_CASE("no run folder takes the place of what is there") {
  const Workplace here("hostile-outputs");
  make_project(here);
  write_file(here / "src.toml", with_stage("src"));
  for (const std::string output : {".", "", "project", "project/", "./project/../project", "project/src", "neighbour",
                                   "manifest.toml", "/", "/tmp", "project/notes.txt", "project/src/.."}) {
    const auto before = contents(here / "");
    const Finished run = here.espalier({"run", "src.toml", "--output", output});
    CHECK_MESSAGE(run.code == 2, output, ": ", run.err);
    CHECK_MESSAGE(contents(here / "") == before, output);
    CHECK_MESSAGE(contains(run.err, "--output"), output, ": ", run.err);
  }
}

TEST_CASE("no stage or run folder takes the place of the store") {
  const Workplace here("hostile-stores");
  REQUIRE(here.espalier({"run", stand_ins, "problems.limit=2"}).code == 0);
  const auto refused = [&](const std::vector<std::string>& arguments) {
    const auto before = contents(here / "runs");
    const Finished run = here.espalier(arguments);
    CHECK_MESSAGE(run.code == 2, run.err);
    CHECK(contents(here / "runs") == before);
  };
  write_file(here / "one.toml", with_stage("store"));
  write_file(here / "store.toml", with_stage("fine"));
  refused({"run", "one.toml", "--output", "runs"});
  refused({"run", "store.toml"});  // would be runs/store
  refused({"run", "store.toml", "--output", "runs/store/stages"});
  refused({"run", "one.toml", "--output", "new", "--store", "new/store"});
  refused({"run", "one.toml", "--output", "new", "--store", "new/store/deeper"});
  CHECK(here.espalier({"run", "store.toml", "--output", "new", "--store", "new/store"}).code == 0);
}

TEST_CASE("a run never overwrites another manifest's") {
  const Workplace here("two-manifests");
  write_file(here / "a/exp.toml", with_stage("mine"));
  write_file(here / "b/exp.toml", with_stage("mine"));
  REQUIRE(here.espalier({"run", "a/exp.toml"}).code == 0);
  const auto before = contents(here / "runs/exp");
  const Finished other = here.espalier({"run", "b/exp.toml"});
  CHECK(other.code == 2);
  CHECK_MESSAGE(contains(other.err, "runs/exp holds the run of "), other.err);
  CHECK(contains(other.err, "--output"));
  CHECK(contents(here / "runs/exp") == before);
  CHECK(here.espalier({"run", "b/exp.toml", "--output", "runs/other"}).code == 0);
  SUBCASE("overrides have a folder of their own") {
    CHECK(here.espalier({"run", "a/exp.toml", "problems.limit=1"}).code == 0);
    CHECK(fs::exists(here / "runs/exp@problems.limit=1/mine/records.jsonl"));
    CHECK(here.espalier({"run", "a/exp.toml", "problems.limit=1", "--output", "runs/exp"}).code == 2);
    CHECK(text_of(here / "runs/exp/mine/records.jsonl") == before.at("mine/records.jsonl"));
  }
  SUBCASE("several manifests of one name are refused before the first is run") {
    const Finished both = here.espalier({"run", "a/exp.toml", "b/exp.toml", "--output", "both"});
    CHECK(both.code == 2);
    CHECK_MESSAGE(contains(both.err, "would both be in both/exp"), both.err);
    CHECK(!fs::exists(here / "both"));
  }
  SUBCASE("an edited manifest goes on in its folder") {
    write_file(here / "a/exp.toml", with_stage("mine") + "[stages.more]\nlike = \"mine\"\n");
    CHECK(here.espalier({"run", "a/exp.toml"}).code == 0);
    CHECK(fs::exists(here / "runs/exp/more/records.jsonl"));
  }
}

TEST_CASE("a damaged result is computed again, and said") {
  const Workplace here("damaged");
  REQUIRE(here.espalier({"run", stand_ins, "--output", "run"}).code == 0);
  const std::string records = text_of(here / "run/one/records.jsonl");
  const fs::path stored =
      here / ("runs/store/stages/" + read_json(here / "run/one/summary.json").at("hash").get<std::string>());
  REQUIRE(fs::exists(stored / "records.jsonl"));
  fs::remove(stored / "records.jsonl");
  const Finished again = here.espalier({"run", stand_ins, "--output", "run"});
  CHECK(again.code == 0);
  CHECK_MESSAGE(contains(again.err, "one is computed again, as its result is damaged: "), again.err);
  CHECK_MESSAGE(contains(again.err, "records.jsonl is missing"), again.err);
  CHECK(contains(again.out, "one (in "));
  CHECK(contains(again.out, "compare (from the store)"));
  CHECK(text_of(stored / "records.jsonl") == records);
  CHECK(text_of(here / "run/one/records.jsonl") == records);
}

TEST_CASE("damage is told once, also by one who waited for another to mend it") {
  const Workplace here("damaged-twice");
  REQUIRE(here.espalier({"run", stand_ins, "--output", "run"}).code == 0);
  const std::string hash = read_json(here / "run/one/summary.json").at("hash");
  fs::remove(here / ("runs/store/stages/" + hash + "/records.jsonl"));
  std::optional<FileLock> lock = FileLock::lock(here / ("runs/store/unfinished/" + hash + ".lock"));
  lock->write("another");
  const pid_t child = here.start({"run", stand_ins, "--output", "run"});
  while (!here.ended(child) && !contains(text_of(here / "stderr.txt"), "computed by another"))
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  lock.reset();
  const Finished run = here.wait(child);
  CHECK(run.code == 0);
  const std::size_t told = run.err.find("as its result is damaged");
  CHECK(told != std::string::npos);
  CHECK_MESSAGE(run.err.find("as its result is damaged", told + 1) == std::string::npos, run.err);
  CHECK(contains(run.out, "one (in "));
}

TEST_CASE("records lie on the disk once") {
  const Workplace here("once");
  REQUIRE(here.espalier({"run", stand_ins, "problems.limit=2", "--output", "run"}).code == 0);
  CHECK(fs::hard_link_count(here / "run/one/records.jsonl") == 2);
}

TEST_CASE("processes that run one manifest at once all end well, with the same records") {
  const Workplace here("at-once");
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) children.push_back(here.start({"run", stand_ins}));
  for (const pid_t child : children) {
    const Finished run = here.wait(child);
    CHECK_MESSAGE(run.code == 0, run.err);
  }
  const std::string records = text_of(here / "runs/stand_ins/compare/records.jsonl");
  REQUIRE(here.espalier({"run", stand_ins, "--output", "alone", "--store", "alone-store"}).code == 0);
  CHECK(text_of(here / "alone/compare/records.jsonl") == records);
  for (const auto& entry : fs::recursive_directory_iterator(here / "runs"))
    CHECK_MESSAGE(!entry.path().filename().string().starts_with(espalier::study::kUnfinishedPrefix), entry.path());
}

TEST_CASE("a stage is not built on one with failed problems") {
  const Workplace here("failed-input");
  write_file(here / "failing.toml",
             "include = \"" + stand_ins + "\"\nplugins = [\"" ESPALIER_ROGUES "/throws_on_speaking\"]\n" + R"(
problems.limit = 3
[agents.thinker]
type = "thrower"
[stages.winners]
do = "fit"
kind = "rejection_sampling"
from = "one"
model = { type = "transformer", checkpoint = "models/word-problems" }
steps = 1
)");
  const Finished run = here.espalier({"run", "failing.toml"});
  CHECK(run.code == 1);
  CHECK_MESSAGE(contains(run.err, "winners is not run: it is built on one, which has failed problems"), run.err);
  CHECK(!fs::exists(here / "runs/failing/winners"));
  CHECK(read_json(here / "runs/failing/one/summary.json").at("arms").at(0).at("failures") == 6);
  CHECK((!fs::exists(here / "runs/store/stages") || fs::is_empty(here / "runs/store/stages")));
  CHECK(fs::is_empty(here / "runs/store/unfinished"));
}

TEST_CASE("what killed processes left half-done is cleaned, and the run goes on") {
  const Workplace here("killed");
  const std::vector<std::string> arguments = {"run", stand_ins, "problems.limit=300", "--output", "run"};
  const pid_t child = here.start(arguments);
  while (!fs::exists(here / "run/compare.running") && !here.ended(child)) ::usleep(5'000);
  ::kill(child, SIGKILL);
  here.wait(child);
  REQUIRE(fs::is_symlink(here / "run/compare.running"));
  const Finished resumed = here.espalier(arguments);
  CHECK_MESSAGE(resumed.code == 0, resumed.err);
  CHECK(!fs::exists(fs::symlink_status(here / "run/compare.running")));
  CHECK(fs::is_empty(here / "runs/store/unfinished"));
}
