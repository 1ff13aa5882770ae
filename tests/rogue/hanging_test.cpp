#include <doctest/doctest.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <map>

#include "cli/program.hpp"
#include "study/json.hpp"

using namespace espalier::tests;
using espalier::study::Json;
using espalier::study::read_json_lines;

namespace fs = std::filesystem;

namespace {

constexpr int kProblems = 8;
const std::string kKept = "finished calls are kept, and the same command goes on from there";

/// A folder with the manifest and its problems, and the plugins that do wrong on the search path.
class Site {
 public:
  explicit Site(const std::string& name) : here_(name) {
    const std::string rogues = ESPALIER_ROGUES;
    ::setenv("ESPALIER_PLUGIN_PATH", (rogues + "/saboteur:" + rogues + "/sluggard").c_str(), 1);
    std::ofstream problems(here_ / "sums.jsonl");
    for (int i = 0; i < kProblems; ++i) {
      problems << R"({"id": "sum-)" << i << R"(", "question": "What is )" << i << R"( + 1? Say it.", "answer": ")"
               << i + 1 << "\"}\n";
    }
    fs::copy_file(source_file("tests/rogue/hanging.toml"), here_ / "hanging.toml");
  }

  static std::vector<std::string> command(std::vector<std::string> more) {
    std::vector<std::string> words = {"run", "hanging.toml", "--output", "run"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  /// Runs the manifest with more settings; how it ended, after at most some seconds.
  Finished run(const std::vector<std::string>& more) const {
    const auto begun = std::chrono::steady_clock::now();
    const pid_t child = here_.start(command(more));
    while (!here_.ended(child)) {
      if (std::chrono::steady_clock::now() - begun > std::chrono::seconds(20)) {
        ::kill(child, SIGKILL);
        FAIL("it hangs");
      }
      ::usleep(10'000);
    }
    return here_.wait(child);
  }

  /// The same run once more, with plugins that do nothing wrong.
  Finished run_in_peace(const std::vector<std::string>& more) const {
    ::setenv("ROGUES_BEHAVE", "1", 1);
    Finished finished = run(more);
    ::unsetenv("ROGUES_BEHAVE");
    return finished;
  }

  static std::vector<std::string> saboteur(const std::string& deed, const std::string& problem = "sum-3") {
    return {"stages.sums.search.deed=" + deed, "stages.sums.search.problem=" + problem};
  }
  static std::vector<std::string> sluggard(const std::string& habit, const std::string& prompt = "is 5 +") {
    return {"models.policy.habit=" + habit, "models.policy.prompt=" + prompt};
  }

  /// The errors of the records, by problem.
  std::map<std::string, std::string> errors() const {
    std::map<std::string, std::string> errors;
    const auto records = read_json_lines(here_ / "run/sums/records.jsonl");
    CHECK(records.size() == kProblems);
    for (const Json& record : records) {
      if (record.contains("error")) errors[record.at("id")] = record.at("error");
    }
    return errors;
  }

  const Workplace& here() const { return here_; }

 private:
  Workplace here_;
};

}  // namespace

TEST_CASE("a search that loops over calls fails its problem alone") {
  const Site site("hang-loop");
  const Finished run = site.run(Site::saboteur("loop"));
  CHECK(run.code == 1);
  const std::string sentence = "searches/saboteur did not come back from solve for 1 s on problem sum-3";
  CHECK_MESSAGE(contains(run.err, sentence), run.err);
  const auto errors = site.errors();
  CHECK(errors.size() == 1);
  CHECK(errors.contains("sum-3"));
}

TEST_CASE("a language model that never answers fails the problem that waits for it") {
  const Site site("hang-ignore");
  const Finished run = site.run(Site::sluggard("ignores"));
  CHECK(run.code == 1);
  const std::string sentence = "agents/language_model did not come back from speak for 1 s on problem sum-5";
  CHECK_MESSAGE(contains(run.err, sentence), run.err);
  CHECK(site.errors().size() == 1);
}

TEST_CASE(
    "what cannot be interrupted ends the run with plugin, member and problem, code 1, and what was done is kept") {
  struct Case {
    std::string name;
    std::vector<std::string> settings;
    std::string sentence;
  };
  const std::vector<Case> cases = {
      {"spin", Site::saboteur("spin"), "searches/saboteur did not come back from solve for 1 s on problem sum-3"},
      {"block", Site::saboteur("block"), "searches/saboteur did not come back from solve for 1 s on problem sum-3"},
      {"offload", Site::saboteur("offload"), "searches/saboteur did not come back from solve for 1 s on problem sum-3"},
      {"sleep in step", Site::sluggard("sleeps"),
       "language_models/sluggard did not come back from step for 1 s with 8 problems open (sum-0, sum-1, "},
  };
  for (const auto& [name, settings, sentence] : cases) {
    CAPTURE(name);
    const Site site("hang-" + name);
    const Finished run = site.run(settings);
    CHECK(run.code == 1);
    CHECK_MESSAGE(contains(run.err, sentence), run.err);
    CHECK_MESSAGE(contains(run.err, kKept), run.err);
    CHECK(contains(text_of(site.here() / "run/log.txt"), sentence));
    const Finished again = site.run_in_peace(settings);
    CHECK(again.code == 0);
    CHECK_MESSAGE(contains(again.err, "the last run here did not come to its end: in stage sums it was in "),
                  again.err);
    CHECK_MESSAGE(contains(again.err, "which did not come back"), again.err);
    CHECK(!fs::exists(site.here() / "run/activity.bin"));
  }
}

TEST_CASE("the first Ctrl-C ends a run that a plugin keeps busy") {
  const Site site("hang-signal");
  auto settings = Site::saboteur("spin");
  settings.insert(settings.end(), {"engine.call_seconds=0", "engine.problem_seconds=0"});
  const pid_t child = site.here().start(Site::command(settings));
  while (!contains(text_of(site.here() / "run/log.txt"), "sums begins") && !site.here().ended(child)) ::usleep(10'000);
  ::usleep(100'000);
  ::kill(child, SIGINT);
  const Finished stopped = site.here().wait(child);
  CHECK(stopped.code == 1);
  CHECK_MESSAGE(contains(stopped.err,
                         "searches/saboteur did not come back from solve for 5 s on problem sum-3 after the request to "
                         "stop: it ends the run"),
                stopped.err);
}

TEST_CASE("a lost terminal stops a run as Ctrl-C does") {
  const Site site("hang-hup");
  auto settings = Site::sluggard("ignores");
  settings.insert(settings.end(), {"engine.problem_seconds=0"});
  const pid_t child = site.here().start(Site::command(settings));
  while (!contains(text_of(site.here() / "run/log.txt"), "sums begins") && !site.here().ended(child)) ::usleep(10'000);
  ::kill(child, SIGHUP);
  const Finished stopped = site.here().wait(child);
  CHECK(stopped.code == 1);
  CHECK_MESSAGE(contains(stopped.err, "stopped in sums; what was computed is kept"), stopped.err);
}

TEST_CASE("a plugin that brings the process down is named at once, and by the next run") {
  struct Case {
    std::string deed;
    int code;
    std::string at_once;  ///< "" where nothing can be said
    std::string later;
  };
  const std::vector<Case> cases = {
      {"exit", 1, ": ended the process (std::exit)", "which ended the process"},
      {"quick_exit", 1, ": ended the process (std::exit)", "which ended the process"},
      {"leave", 0, "", "when it was killed"},
      {"abort", 128 + SIGABRT, ": crashed (SIGABRT", "when signal 6 ended it"},
      {"terminate", 128 + SIGABRT, ": crashed (SIGABRT", "when signal 6 ended it"},
      {"segfault", 128 + SIGSEGV, ": crashed (SIGSEGV", "when signal 11 ended it"},
      {"overflow", 128 + SIGSEGV, ": crashed (SIGSEGV", "when signal 11 ended it"},
      {"divide", 128 + SIGFPE, ": crashed (SIGFPE", "when signal 8 ended it"},
  };
  for (const auto& [deed, code, at_once, later] : cases) {
    CAPTURE(deed);
    const Site site("crash-" + deed);
    const Finished run = site.run(Site::saboteur(deed));
    CHECK(run.code == code);
    const std::string place = "searches/saboteur (solve) on problem sum-3";
    if (!at_once.empty()) CHECK_MESSAGE(contains(run.err, place + at_once), run.err);
    if (!at_once.empty()) CHECK_MESSAGE(contains(run.err, kKept), run.err);
    const Finished again = site.run_in_peace(Site::saboteur(deed));
    CHECK(again.code == 0);
    CHECK_MESSAGE(contains(again.err, "in stage sums it was in " + place), again.err);
    CHECK_MESSAGE(contains(again.err, later), again.err);
    const Finished third = site.run_in_peace(Site::saboteur(deed));
    CHECK(third.code == 0);
    CHECK_MESSAGE(!contains(third.err, "the last run"), third.err);
  }
}

TEST_CASE("a plugin that crashes on its creation is named") {
  const Site site("crash-creation");
  const Finished run = site.run(Site::saboteur("segfault", ""));
  CHECK(run.code == 128 + SIGSEGV);
  CHECK_MESSAGE(contains(run.err, "searches/saboteur (constructor): crashed"), run.err);
  const Finished again = site.run_in_peace(Site::saboteur("segfault", ""));
  CHECK_MESSAGE(contains(again.err, "in stage sums it was in searches/saboteur (constructor)"), again.err);
}

TEST_CASE("a batch without memory is retried smaller, a request that throws fails alone") {
  const Site greedy("hang-memory");
  CHECK(greedy.run(Site::sluggard("greedy")).code == 0);
  CHECK(greedy.errors().empty());
  const Site site("hang-throws");
  CHECK(site.run(Site::sluggard("dies")).code == 1);
  const auto errors = site.errors();
  REQUIRE(errors.size() == 1);
  CHECK(contains(errors.at("sum-5"), "this request is too much"));
}

TEST_CASE("kill -9 at twenty moments: the next run says where, and the records end up the same") {
  const Site site("killed-twenty-times");  // its plugins are seen
  const Workplace& here = site.here();
  // Each call takes 5 ms, so that all together take seconds on any machine, far longer than to the last of the moments.
  const std::vector<std::string> arguments = {"run", source_file("tests/cli/stand_ins.toml"),
                                              "models.policy={ type = 'sluggard', habit = 'slow' }", "--output", "run"};
  int killed = 0;
  for (int moment = 1; moment <= 20; ++moment) {
    fs::remove(here / "stderr.txt");  // what the run before said is no sign of this one
    const pid_t child = here.start(arguments);
    const auto begun = [&] {
      return killed > 0 ? contains(text_of(here / "stderr.txt"), "the last run here did not come to its end: ")
                        : fs::exists(here / "run/activity.bin");
    };
    while (!begun() && !here.ended(child)) ::usleep(1'000);
    ::usleep(static_cast<useconds_t>(moment) * 5'000);
    const bool finished = here.ended(child);
    ::kill(child, SIGKILL);
    const Finished run = here.wait(child);
    if (finished) break;
    CHECK(run.code == 128 + SIGKILL);
    ++killed;
  }
  CHECK(killed == 20);
  const Finished last = here.espalier(arguments);
  CHECK_MESSAGE(last.code == 0, last.err);
  CHECK_MESSAGE(contains(last.err, "the last run here did not come to its end: "), last.err);
  const std::string records = text_of(here / "run/compare/records.jsonl");
  std::vector<std::string> elsewhere = arguments;
  elsewhere.insert(elsewhere.end(), {"--store", "other"});
  const Finished undisturbed = here.espalier(elsewhere);
  REQUIRE(undisturbed.code == 0);
  CHECK(!contains(undisturbed.err, "the last run"));
  CHECK(text_of(here / "run/compare/records.jsonl") == records);
}
