#include <doctest/doctest.h>

#include <cmath>
#include <fstream>

#include "cli/program.hpp"
#include "study/json.hpp"

using namespace espalier::tests;
using espalier::study::Json;
using espalier::study::read_json;

namespace {

/// Trees of guessed answers, and a stage that judges value models by them; `check` is in its table from line 27 on.
void write_study(const Workplace& here, const std::string& check, const std::string& seed = "[0, 1]") {
  std::ofstream(here / "study.toml") << "seed = " + seed + R"(
[models.policy]
type = "scripted"
rules = [
  { when = "answer", replies = ["The answer is 4.", "The answer is 6.", "The answer is 9."], weights = [1, 2, 1] },
  { when = "", replies = ["I think of $0.", "Let me see: $0."] },
]
[agents.thinker]
type = "language_model"
model = "policy"
system = "thinker"
[agents.answerer]
type = "language_model"
model = "policy"
system = "speaker"
template = "answer: {inbox}"
[topology]
type = "chain"
roles = ["thinker", "answerer"]
[stages.trees]
do = "solve"
keep_tokens = true
search = { type = "mcts", simulations = 8, candidates = 3, value = { type = "reference" } }
problems = { dataset = { type = "word_problems", max_steps = 2, largest = 12, largest_amount = 4 }, limit = 12 }
[stages.check]
do = "judge"
)" << check;
}

constexpr const char* kValues = R"(from = "trees"
values.likelihood = { type = "likelihood" }
values.uniform = { type = "uniform" }
values.raw = { type = "likelihood", per = "sum", raw = true }
)";

}  // namespace

TEST_CASE("value models are judged by the trees of all seeds, on the same states") {
  const Workplace here("judge");
  write_study(here, kValues);
  const Finished run = here.espalier({"run", "study.toml", "--output", "run"});
  REQUIRE_MESSAGE(run.code == 0, run.err);
  const Json summary = read_json(here / "run/check/summary.json");
  CHECK(summary.at("judged").at("trees") == 24);
  CHECK(summary.at("judged").at("problems") == 12);
  const Json& uniform = summary.at("values").at(1);
  CHECK(uniform.at("name") == "uniform");

  double square = 0;
  const auto scores = espalier::study::read_json_lines(here / "run/check/scores.jsonl");
  for (const auto& score : scores) {
    square += score.at("target").get<double>() * score.at("target").get<double>();
    CHECK(score.at("values").at("uniform") == 0.0);
    CHECK(score.at("values").at("likelihood") < 1.0);
  }
  CHECK(summary.at("judged").at("states") == scores.size());
  CHECK(uniform.at("rmse").get<double>() == doctest::Approx(std::sqrt(square / static_cast<double>(scores.size()))));
  CHECK(uniform.at("ci95").at("rmse").is_null());  // every label is as far from 0: a bootstrap has no width to tell

  // what lies outside [-1, 1] is no estimate, but an order
  CHECK(summary.at("values").at(2).at("rmse").is_null());
  CHECK(summary.at("values").at(2).at("auc_within") == summary.at("values").at(0).at("auc_within"));
  CHECK(summary.at("pairs").size() == 3);
  CHECK(contains(run.out, "minus likelihood"));
  CHECK(contains(run.out, "uniform says +0.000 of every state"));
  CHECK(contains(run.out, "raw gives values outside [-1, 1]"));

  // the same command shows the same, from the store
  const Finished again = here.espalier({"run", "study.toml", "--output", "run"});
  CHECK(contains(again.out, "check (from the store)"));
}

TEST_CASE("problems and states that are judged by can be limited") {
  const Workplace here("judge-limited");
  write_study(here, std::string("limit = 5\nmin_visits = 3\n") + kValues);
  const Finished run = here.espalier({"run", "study.toml", "--output", "run"});
  REQUIRE_MESSAGE(run.code == 0, run.err);
  const Json summary = read_json(here / "run/check/summary.json");
  CHECK(summary.at("judged").at("problems") == 5);
  CHECK(summary.at("judged").at("trees") == 10);
  const auto scores = espalier::study::read_json_lines(here / "run/check/scores.jsonl");
  for (const auto& score : scores) CHECK(score.at("visits") >= 3);
  CHECK(summary.at("judged").at("states") == scores.size());
}

TEST_CASE("trees of one problem are drawn together: a seed that grows the same trees narrows no interval") {
  const Workplace here("judge-seeds");
  Json intervals;
  for (const std::string seed : {"[0]", "[0, 1]"}) {
    write_study(here, kValues, seed);
    const Finished run = here.espalier({"run", "study.toml", "--output", "run-" + seed,
                                        R"(models.policy.rules=[{ when = "", replies = ["The answer is 4."] }])"});
    REQUIRE_MESSAGE(run.code == 0, run.err);
    const Json summary = read_json(here / ("run-" + seed + "/check/summary.json"));
    CHECK(summary.at("judged").at("trees") == (seed == "[0]" ? 12 : 24));
    const Json ci95 = summary.at("values").at(0).at("ci95").at("rmse");
    CHECK(ci95.at(0) < ci95.at(1));
    if (intervals.is_null()) intervals = ci95;
    for (const int end : {0, 1})
      CHECK(ci95.at(end).get<double>() == doctest::Approx(intervals.at(end).get<double>()).epsilon(1e-9));
  }
}

TEST_CASE("a dry run and describe tell of a judging") {
  const Workplace here("judge-told");
  write_study(here, kValues);
  const Finished dry = here.espalier({"run", "study.toml", "--dry-run"});
  CHECK(dry.code == 0);
  CHECK_MESSAGE(contains(dry.out, "check: judge\n  3 value models by the trees of trees, with 2 seeds\n"), dry.out);
  const Finished page = here.espalier({"describe", "stages/judge"});
  CHECK(page.code == 0);
  for (const char* key : {"from", "values", "limit", "min_visits", "leakage"}) CHECK(contains(page.out, key));
}

TEST_CASE("what cannot be judged is told with its place") {
  const Workplace here("judge-mistakes");
  const auto told = [&](const std::string& check) {
    write_study(here, check);
    const Finished run = here.espalier({"check", "study.toml"});
    CHECK(run.code == 2);
    return run.err;
  };
  CHECK(contains(told("from = \"trees\"\nvalues.seer = { type = \"reference\" }\n"),
                 "study.toml:28:15: stages.check.values.seer sees the true answers"));
  CHECK(contains(told("from = \"trees\"\n"), "stages.check.values must name at least one value model"));
  CHECK(contains(told("from = \"tree\"\nvalues.u = { type = \"uniform\" }\n"), "did you mean trees?"));
  CHECK(contains(told("from = \"check\"\nvalues.u = { type = \"uniform\" }\n"), "stages.check.from"));
  CHECK(contains(told("from = \"trees\"\nvalues.u = \"nobody\"\n"), "stages.check.values.u names no value model"));

  write_study(here,
              "from = \"plain\"\nvalues.u = { type = \"uniform\" }\n[stages.plain]\nlike = \"trees\"\n"
              "search = { type = \"single_pass\" }\n");
  const Finished run = here.espalier({"run", "study.toml", "--output", "run"});
  CHECK(run.code == 2);
  CHECK_MESSAGE(contains(run.err, "stages.check.from has no search tree"), run.err);
}
