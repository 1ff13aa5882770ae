#include <doctest/doctest.h>

#include <csignal>
#include <set>

#include "cli/program.hpp"
#include "study/json.hpp"

using namespace espalier::tests;
using espalier::study::Json;
using espalier::study::read_json;
using espalier::study::read_json_lines;

namespace fs = std::filesystem;

namespace {

const std::string stand_ins = source_file("tests/cli/stand_ins.toml");

}  // namespace

TEST_CASE("a run leaves the folder that scripts rely on") {
  const Workplace here("run-folder");
  const Finished run = here.espalier({"run", stand_ins});
  REQUIRE_MESSAGE(run.code == 0, run.err);
  const fs::path folder = here / "runs/stand_ins";
  for (const char* file :
       {"run.json", "manifest.toml", "environment.json", "log.txt", "one/records.jsonl", "one/timings.jsonl",
        "one/summary.json", "one/problems.json", "one/files.json", "compare/records.jsonl", "compare/timings.jsonl",
        "compare/summary.json", "compare/files.json"}) {
    CHECK_MESSAGE(fs::exists(folder / file), file);
  }
  const Json summary = read_json(folder / "compare/summary.json");
  std::vector<std::string> names;
  for (const auto& arm : summary.at("arms")) {
    names.push_back(arm.at("name"));
    for (const char* field : {"problems", "correct", "accuracy", "ci95", "agent_calls", "prompt_tokens",
                              "cached_tokens", "generated_tokens", "scorer_tokens", "flops", "seconds"}) {
      CHECK_MESSAGE(arm.contains(field), field);
    }
    CHECK(arm.at("problems") == 12);
    CHECK(arm.at("runs") == 24);
    CHECK(arm.at("oracle").get<bool>() == (arm.at("name") == "Oracle"));
  }
  CHECK(names == std::vector<std::string>{"Single pass", "Vote", "Beam", "MCTS", "Oracle"});
  CHECK(summary.at("pairs").size() == 10);
  for (const char* field : {"a", "b", "difference", "ci95", "p"}) CHECK(summary.at("pairs").at(0).contains(field));
  CHECK(contains(run.out, "Oracle [oracle]"));
  CHECK(read_json_lines(folder / "compare/records.jsonl").size() == 5 * 2 * 12);
  const std::string log = text_of(folder / "log.txt");
  CHECK(contains(log, "compare / Vote, seed 1: 12/12, "));  // how each arm ended, before the others do
}

TEST_CASE("sums of records, agents and arms agree") {
  const Workplace here("sums");
  REQUIRE(here.espalier({"run", stand_ins, "--output", "run"}).code == 0);
  const Json summary = read_json(here / "run/compare/summary.json");
  const auto records = read_json_lines(here / "run/compare/records.jsonl");
  for (const auto& arm : summary.at("arms")) {
    std::int64_t correct = 0;
    for (const auto& [figure, total] : arm.at("totals").items()) {
      std::int64_t by_record = 0, by_agent = 0;
      for (const auto& record : records) {
        if (record.at("arm") == arm.at("name")) by_record += record.at("cost").at(figure).get<std::int64_t>();
      }
      for (const auto& [agent, cost] : arm.at("totals_by_agent").items())
        by_agent += cost.at(figure).get<std::int64_t>();
      CHECK_MESSAGE(by_record == total.get<std::int64_t>(), figure);
      CHECK_MESSAGE(by_agent == total.get<std::int64_t>(), figure);
      CHECK(arm.at(figure).get<double>() == doctest::Approx(total.get<double>() / 24));
    }
    for (const auto& record : records)
      correct += record.at("arm") == arm.at("name") && record.at("correct").get<bool>();
    CHECK(arm.at("correct") == correct);
    CHECK(arm.at("accuracy").get<double>() == doctest::Approx(static_cast<double>(correct) / 24));
  }
}

TEST_CASE("a finished manifest prints its table again from the store") {
  const Workplace here("again");
  const Finished first = here.espalier({"run", stand_ins});
  const Finished second = here.espalier({"run", stand_ins});
  REQUIRE(second.code == 0);
  CHECK(contains(first.out, "compare (in "));
  CHECK(contains(second.out, "compare (from the store)"));
  SUBCASE("--fresh computes it again, with the same records") {
    const std::string before = text_of(here / "runs/stand_ins/compare/records.jsonl");
    const Finished fresh = here.espalier({"run", stand_ins, "--fresh"});
    CHECK(contains(fresh.out, "compare (in "));
    CHECK(text_of(here / "runs/stand_ins/compare/records.jsonl") == before);
  }
  SUBCASE("the effective manifest in the run folder is the same experiment") {
    const Finished repeated = here.espalier({"run", "runs/stand_ins/manifest.toml", "--output", "repeated"});
    CHECK_MESSAGE(repeated.code == 0, repeated.err);
    CHECK(contains(repeated.out, "one (from the store)"));
    CHECK(contains(repeated.out, "compare (from the store)"));
  }
  SUBCASE("another seed is another experiment, a setting is not") {
    CHECK(contains(here.espalier({"run", stand_ins, "seed=7"}).out, "compare (in "));
    CHECK(contains(here.espalier({"run", stand_ins, "engine.open_problems=1"}).out, "compare (from the store)"));
  }
}

TEST_CASE("records do not depend on how problems are batched") {
  const Workplace here("batches");
  std::set<std::string> records;
  for (const char* settings :
       {"engine.open_problems=1", "engine.open_problems=5", "engine.batch=1", "engine.batch=64"}) {
    // Settings are no part of what the run folder holds: the same run goes on in it.
    REQUIRE(here.espalier({"run", stand_ins, settings, "--store", std::string("store-") + settings}).code == 0);
    records.insert(text_of(here / "runs/stand_ins/compare/records.jsonl"));
  }
  CHECK(records.size() == 1);
}

TEST_CASE("a run that was stopped goes on and ends as if it had not been") {
  const Workplace here("stopped");
  const std::vector<std::string> arguments = {"run", stand_ins, "problems.limit=1000", "--output", "run"};
  const pid_t child = here.start(arguments);
  while (!contains(text_of(here / "run/log.txt"), "compare begins") && !here.ended(child)) ::usleep(10'000);
  ::kill(child, SIGINT);
  const Finished stopped = here.wait(child);
  CHECK(stopped.code == 1);
  CHECK_MESSAGE(contains(stopped.err, "stopped in compare; what was computed is kept"), stopped.err);
  CHECK(!fs::exists(here / "run/compare"));
  const Finished resumed = here.espalier(arguments);
  CHECK(resumed.code == 0);
  CHECK(contains(resumed.out, "one (from the store)"));
  const std::string records = text_of(here / "run/compare/records.jsonl");
  std::vector<std::string> elsewhere = arguments;
  elsewhere.insert(elsewhere.end(), {"--store", "other"});
  REQUIRE(here.espalier(elsewhere).code == 0);
  CHECK(text_of(here / "run/compare/records.jsonl") == records);
}

TEST_CASE("a sweep has a folder for every point") {
  const Workplace here("sweep");
  std::ofstream(here / "sweep.toml") << "include = \"" << stand_ins << "\"\n[sweep]\n\"problems.limit\" = [3, 6]\n";
  const Finished run = here.espalier({"run", "sweep.toml", "--output", "run"});
  REQUIRE_MESSAGE(run.code == 0, run.err);
  CHECK(read_json_lines(here / "run/one@limit=3/records.jsonl").size() == 2 * 3);
  CHECK(read_json_lines(here / "run/one@limit=6/records.jsonl").size() == 2 * 6);
  CHECK(read_json(here / "run/one@limit=3/summary.json").at("point") == Json{{"limit", 3}});
  CHECK(read_json(here / "run/compare@limit=6/summary.json").at("point") == Json{{"limit", 6}});
  CHECK_MESSAGE(contains(run.out, "\none over limit\narm  limit  accuracy "), run.out);
  CHECK_MESSAGE(contains(run.out, "\ncompare over limit\narm "), run.out);
  // A stage that the sweep does not reach is one result, of which every point has its own summary and no table is made.
  const Finished other = here.espalier({"run", stand_ins, "--output", "other",
                                        "sweep={\"stages.one.search.type\" = [\"single_pass\"], "
                                        "\"stages.compare.budget.calls\" = [20, 40]}"});
  REQUIRE_MESSAGE(other.code == 0, other.err);
  CHECK(read_json(here / "other/one@type=single_pass,calls=40/summary.json").at("point") ==
        Json{{"type", "single_pass"}, {"calls", 40}});
  CHECK(contains(other.out, "\ncompare over calls\n"));
  CHECK_FALSE(contains(other.out, "\none over "));
}

TEST_CASE("a dry run writes nothing") {
  const Workplace here("dry");
  const Finished run = here.espalier({"run", stand_ins, "--dry-run"});
  CHECK(run.code == 0);
  CHECK(contains(run.out, "MCTS: 12 problems x 2 seeds, at most 288 agent calls (12 each), 73.7 ktokens written"));
  const Finished bounded = here.espalier({"run", stand_ins, "stages.compare.budget.calls=5", "--dry-run"});
  CHECK(contains(bounded.out, "Beam: 12 problems x 2 seeds, at most 120 agent calls (5 each), 30.7 ktokens written"));
  CHECK(!fs::exists(here / "runs"));
}

TEST_CASE("mistakes end with 2 and write nothing") {
  const Workplace here("mistakes");
  const auto refused = [&](const std::vector<std::string>& arguments, const std::string& words) {
    const Finished run = here.espalier(arguments);
    CHECK(run.code == 2);
    CHECK_MESSAGE(contains(run.err, words), run.err);
    CHECK(!fs::exists(here / "runs"));
  };
  refused({"run", stand_ins, "problems.split=tset"},
          "problems.split: the dataset has no split \"tset\"; did you mean test?");
  refused({"run", stand_ins, "problems.limti=3"}, "problems.limti");
  refused({"run", "nowhere.toml"}, "nowhere.toml");
  refused({"run", stand_ins, "--colour"}, "colour");
  refused({"run"}, "MANIFEST is missing");
  refused({"dance"}, "no verb \"dance\"");
  refused({}, "usage: espalier");
}

TEST_CASE("a role without an agent is found before the run") {
  const Workplace here("roles");
  const Finished run = here.espalier({"run", stand_ins, "cast.answerer=speeker"});
  CHECK(run.code == 2);
  CHECK_MESSAGE(contains(run.err, "did you mean speaker?"), run.err);
  const Finished unknown = here.espalier({"run", stand_ins, "topology.roles=[\"thinker\", \"critic\"]"});
  CHECK(unknown.code == 2);
  CHECK_MESSAGE(contains(unknown.err, "has the role \"critic\", which no agent plays"), unknown.err);
}

TEST_CASE("the tree of a problem shows its messages and marks the chosen path") {
  const Workplace here("tree");
  REQUIRE(here.espalier({"run", stand_ins, "--output", "run"}).code == 0);
  const Finished tree = here.espalier({"tree", "run", "test-3", "--stage", "compare", "--arm", "MCTS", "--seed", "1"});
  CHECK(tree.code == 0);
  CHECK(contains(tree.out, "compare / MCTS, seed 1, problem test-3"));
  CHECK(contains(tree.out, "* "));
  CHECK(contains(tree.out, "answerer"));
  const auto refused = [&](std::vector<std::string> more, const char* message) {
    more.insert(more.begin(), {"tree", "run"});
    const Finished finished = here.espalier(more);
    CHECK(finished.code == 2);
    CHECK_MESSAGE(contains(finished.err, message), finished.err);
  };
  refused({"tset-3"}, "run has no problem \"tset-3\"; did you mean test-3?; there are test-0, test-1, ");
  refused({"99"}, "run has no problem \"99\"; there are ");
  refused({"test-3", "--arm", "MTCS"}, "problem test-3 has no arm \"MTCS\"; did you mean MCTS?; there are ");
  refused({"test-3", "--seed", "x"}, "problem test-3 has no seed \"x\"; there are 0, 1");
  refused({"test-3", "--stage", "comprae"},
          "run has no stage \"comprae\"; did you mean compare?; there are compare, one");
}

TEST_CASE("a problem is found by its index too, and an id wins") {
  const Workplace here("tree-index");
  std::ofstream(here / "data.jsonl") << R"({"question": "Which?", "answer": "2", "id": "first"})"
                                     << "\n"
                                     << R"({"question": "And?", "answer": "2", "id": "0"})"
                                     << "\n";
  std::ofstream(here / "study.toml") << R"([agents.solver]
type = "echo"
[topology]
type = "chain"
[problems.dataset]
type = "jsonl"
file = "data.jsonl"
id = "id"
[stages.one]
do = "solve"
search = { type = "single_pass" }
[sweep]
"stages.one.budget.calls" = [1, 2]
)";
  REQUIRE(here.espalier({"run", "study.toml", "--output", "run"}).code == 0);
  const Finished second = here.espalier({"tree", "run", "1"});
  CHECK(second.code == 0);
  CHECK_MESSAGE(contains(second.out, "one@calls=1 / one, seed 0, problem 0\n"), second.out);
  CHECK_MESSAGE(contains(second.out, "one@calls=2 / one, seed 0, problem 0\n"), second.out);
  const Finished both = here.espalier({"tree", "run", "0", "--stage", "one@calls=2"});
  CHECK(both.code == 0);
  CHECK(contains(both.out, "one@calls=2 / one, seed 0, problem 0\n"));
  CHECK_FALSE(contains(both.out, "problem first"));
  CHECK(both.err == "0 is taken for an id; with that index there is first\n");
  const Finished mistaken = here.espalier({"tree", "run", "first", "--stage", "oen"});
  CHECK_MESSAGE(contains(mistaken.err, "run has no stage \"oen\"; did you mean one?; there are one, one@calls="),
                mistaken.err);
  const Finished points = here.espalier({"tree", "run", "first", "--stage", "one"});
  CHECK(contains(points.out, "one@calls=1 / "));
  CHECK(contains(points.out, "one@calls=2 / "));
}

TEST_CASE("the keys of stages are described") {
  const Workplace here("stages");
  const Finished compare = here.espalier({"describe", "stages/compare"});
  CHECK(compare.code == 0);
  CHECK(contains(compare.out, "stages/compare\n"));
  for (const char* key : {"search", "topology", "problems", "proof", "budget", "frozen"})
    CHECK_MESSAGE(contains(compare.out, key), key);
  const Finished fit = here.espalier({"describe", "stages/fit", "--markdown"});
  for (const char* form : {"## stages/fit, kind = \"value\"", "kind = \"rejection_sampling\"", "kind = \"supervised\"",
                           "| `batch_tokens`"})
    CHECK_MESSAGE(contains(fit.out, form), form);
  const Finished unknown = here.espalier({"describe", "stages/fti"});
  CHECK(unknown.code == 2);
  CHECK_MESSAGE(contains(unknown.err, "no stage does \"fti\"; did you mean fit?; known: solve, compare, fit, judge"),
                unknown.err);
}

TEST_CASE("every verb has a help page and the fixed names work") {
  const Workplace here("help");
  for (const char* verb : {"run", "check", "plugins", "describe", "tree", "grade", "new", "conform", "doctor"}) {
    const Finished help = here.espalier({verb, "--help"});
    CHECK(help.code == 0);
    CHECK_MESSAGE(contains(help.out, std::string("usage: espalier ") + verb), verb);
    CHECK(here.espalier({"help", verb}).out == help.out);
  }
  CHECK(here.espalier({"help"}).out == here.espalier({"--help"}).out);
  CHECK(here.espalier({"help", "help"}).code == 0);
  CHECK(here.espalier({"check", stand_ins}).code == 0);
  CHECK(contains(here.espalier({"plugins", "agents"}).out, "echo"));
  CHECK(contains(here.espalier({"describe", "searches/mcts"}).out, "simulations"));
  CHECK(contains(here.espalier({"describe", "searches/mcts", "--markdown"}).out, "|"));
  CHECK(here.espalier({"doctor"}).code == 0);
}
