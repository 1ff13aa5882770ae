#include <doctest/doctest.h>

#include <cstdlib>
#include <regex>
#include <set>
#include <sstream>

#include "cli/program.hpp"
#include "study/files.hpp"
#include "study/json.hpp"

// What the program writes about one small experiment, kept as files in tests/golden/run. After a change that is meant
// to show there:
//
//     ESPALIER_WRITE_GOLDEN=1 build/tests/cli_tests --test-case='golden*'
//
// writes them anew; the difference is for reviewers to read.

using namespace espalier::tests;
using espalier::study::Json;
using espalier::study::read_json;

namespace fs = std::filesystem;

namespace {

const fs::path golden = source_file("tests/golden/run");

/// Numbers the lines of two texts up to the first in which they differ.
std::string first_difference(const std::string& kept, const std::string& now) {
  std::istringstream before(kept), after(now);
  std::string old_line, new_line;
  for (int number = 1;; ++number) {
    const bool has_old = static_cast<bool>(std::getline(before, old_line));
    const bool has_new = static_cast<bool>(std::getline(after, new_line));
    if (has_old && has_new && old_line == new_line) continue;
    return "line " + std::to_string(number) + ":\n- " + (has_old ? old_line : "(ends)") + "\n+ " +
           (has_new ? new_line : "(ends)");
  }
}

void check_golden(const std::string& name, const std::string& now) {
  if (std::getenv("ESPALIER_WRITE_GOLDEN") != nullptr) return espalier::study::write_file(golden / name, now);
  const std::string kept = text_of(golden / name);
  CHECK_MESSAGE((kept == now), "tests/golden/run/", name, " is no longer what the program writes; ",
                first_difference(kept, now));
}

std::string without_places(std::string text) {
  for (auto at = text.find(source_file("")); at != std::string::npos; at = text.find(source_file(""), at)) {
    text.replace(at, source_file("").size(), "<source>/");
  }
  return text;
}

/// A table on the terminal without the times it took, the last column, and without what came from the store: which of
/// two equal calls is drawn first depends on who came first.
std::string without_times(std::string text) {
  text = std::regex_replace(text, std::regex("\\*: calls that came from the store[^\n]*\n"), "");
  text = std::regex_replace(text, std::regex("\\(in [^)]*\\)"), "(in ...)");
  text = std::regex_replace(text, std::regex(" +(seconds|<?[0-9.]+\\*?)\n"), "\n");
  return std::regex_replace(text, std::regex("-{9,}\n"), "---\n");
}

/// A summary without what differs between machines, builds and runs.
void leave_out_circumstances(Json& json) {
  if (json.is_object()) {
    for (const char* key : {"seconds", "hash", "build", "timings"}) json.erase(key);
  }
  if (json.is_structured()) {
    for (auto& part : json) leave_out_circumstances(part);
  }
}

/// Compares what a run printed, and the records and figures of its stages.
void check_run(const Workplace& here, const Finished& run) {
  REQUIRE_MESSAGE(run.code == 0, run.err);
  check_golden("stdout.txt", without_times(run.out));
  for (const std::string stage : {"one/", "compare/"}) {
    check_golden(stage + "records.jsonl", text_of(here / ("run/" + stage + "records.jsonl")));
    Json summary = read_json(here / ("run/" + stage + "summary.json"));
    leave_out_circumstances(summary);
    check_golden(stage + "summary.json", summary.dump(2) + "\n");
  }
}

std::set<std::string> files_in(const fs::path& folder) {
  std::set<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.insert(fs::relative(entry.path(), folder).string());
  }
  return files;
}

}  // namespace

TEST_CASE("golden: a run's folder and what it prints") {
  const Workplace here("golden");
  const Finished run = here.espalier({"run", (golden / "study.toml").string(), "--output", "run"});
  check_run(here, run);
  std::set<std::string> expected = {"environment.json", "log.txt", "manifest.toml", "run.json"};
  check_golden("manifest.toml", without_places(text_of(here / "run/manifest.toml")));
  for (const std::string stage : {"one/", "compare/"}) {
    check_golden(stage + "problems.json", text_of(here / ("run/" + stage + "problems.json")));
    for (const char* file : {"records.jsonl", "problems.json", "files.json", "summary.json", "timings.jsonl"})
      expected.insert(stage + file);
  }
  CHECK(files_in(here / "run") == expected);
  check_golden("tree.txt", here.espalier({"tree", "run", "pairs"}).out);
}

TEST_CASE("golden: the same, one problem at a time and with calls that are in the store") {
  const Workplace here("golden-slow");
  const std::string study = (golden / "study.toml").string();
  check_run(here, here.espalier({"run", study, "engine.open_problems=1", "--output", "run"}));
  check_run(here, here.espalier({"run", study, "--fresh", "--output", "run"}));
}

TEST_CASE("golden: what plugins say of themselves") {
  const Workplace here("golden-pages");
  // Row by row: a new plugin must not need a line here.
  const std::string searches = here.espalier({"plugins", "searches"}).out;
  const std::regex best_of("\n-+\n(.*\n)*searches +best_of +Runs several passes and keeps the one [^\n]*\\.\n");
  CHECK_MESSAGE(std::regex_search(searches, best_of), searches);
  check_golden("describe.txt", here.espalier({"describe", "agents/language_model"}).out);
  check_golden("describe.md", here.espalier({"describe", "searches/mcts", "--markdown"}).out);
}
