#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "cli/explained.hpp"
#include "cli/program.hpp"
#include "study/json.hpp"

using namespace espalier::tests;
using espalier::study::Json;
using espalier::study::read_json;
using espalier::study::read_json_lines;

// Fits of a reward on the embedded model, from imported lines, in seconds: what they keep, and what they say.

namespace {

std::string question(int i) {
  const std::string a = std::to_string(2 + i % 9), b = std::to_string(3 + i % 7);
  return "Kai has " + a + " lemons and gets " + b + " more. How many lemons has Kai?";
}

/// Two lines about each of some problems, a right and a wrong one; `right` and `wrong` spell the labels.
std::string lines_of(int problems, const std::string& right = "true", const std::string& wrong = "false") {
  std::string text;
  for (int i = 0; i < problems; ++i) {
    const int sum = 2 + i % 9 + 3 + i % 7;
    for (const int said : {sum, sum + 1}) {
      const std::string& label = said == sum ? right : wrong;
      text += R"({"prompt": ")" + question(i) + R"(", "completions": ["= )" + std::to_string(said) + R"(", "Answer: )" +
              std::to_string(said) + R"("], "labels": [)" + label + ", " + label + "]}\n";
    }
  }
  return text;
}

/// A folder with points.jsonl and a manifest that learns from it.
struct Fitting : Workplace {
  Fitting(const std::string& name, const std::string& lines, const std::string& more = "") : Workplace(name) {
    std::ofstream(*this / "points.jsonl", std::ios::binary) << lines;
    std::ofstream(*this / "m.toml", std::ios::binary) << R"(
seed = 0
models.policy = { type = "transformer", threads = 1, checkpoint = ")"
                                                      << source_file("experiments/models/word-problems") << R"(" }
datasets.words.type = "word_problems"

[stages.fit]
do = "fit"
import = "points.jsonl"
model = { type = "process_reward", base = "policy", head = "state_pooling", trains = "head", loss = "bce" }
steps = 30
batch_tokens = 256
evaluate_every = 30
held_out = 0.3
best_by = "rmse"
optimiser = { method = "adamw", learning_rate = 0.01 }
)" << more;
  }

  Finished run(std::vector<std::string> overrides = {}, const std::string& output = "run") const {
    overrides.insert(overrides.begin(), {"run", "m.toml", "--output", output, "--store", output + "-store"});
    return espalier(overrides);
  }
  std::string head(const std::string& output = "run") const {
    return text_of(*this / (output + "/fit/checkpoint/head.safetensors"));
  }
  /// The last row of the curve, without what the clock says.
  std::string last_figures(const std::string& output) const {
    std::istringstream curve(text_of(*this / (output + "/fit/curve.csv")));
    std::string header, row, last;
    std::getline(curve, header);
    while (std::getline(curve, row)) last = row;
    std::istringstream names(header), figures(last);
    std::string text;
    for (std::string name, figure; std::getline(names, name, ',') && std::getline(figures, figure, ',');)
      if (name != "seconds") text += name + "=" + figure + " ";
    return text;
  }
};

}  // namespace

TEST_CASE("a fit is bit-equal for any number of threads and of evaluations before") {
  const Fitting here("fits-equal", lines_of(40));
  const Finished whole = here.run();
  REQUIRE_MESSAGE(whole.code == 0, whole.err);
  CHECK(contains(here.last_figures("run"), "step=30 "));
  for (const char* threads : {"2", "3"}) {
    const std::string output = std::string("threads-") + threads;
    const Finished run = here.run({std::string("models.policy.threads=") + threads}, output);
    REQUIRE_MESSAGE(run.code == 0, run.err);
    CHECK_MESSAGE((here.head(output) == here.head()), output);
    CHECK_MESSAGE((here.last_figures(output) == here.last_figures("run")), output);
  }
  for (const char* every : {"5", "15"}) {
    const std::string output = std::string("every-") + every;
    const Finished run = here.run({std::string("stages.fit.evaluate_every=") + every}, output);
    REQUIRE_MESSAGE(run.code == 0, run.err);
    CHECK_MESSAGE((here.last_figures(output) == here.last_figures("run")), output);
  }
}

TEST_CASE("what a fit draws follows the seed of the run") {
  const Fitting here("fits-seeds", lines_of(40));
  for (const char* seed : {"0", "1"}) {
    const Finished run =
        here.run({std::string("seed=") + seed, "stages.fit.targets.trajectories=1"}, std::string("seed-") + seed);
    REQUIRE_MESSAGE(run.code == 0, run.err);
  }
  CHECK((here.head("seed-0") != here.head("seed-1")));
}

TEST_CASE("what is demonstrated to a supervised fit follows the seed of the run") {
  const Workplace here("fits-demonstrated");
  std::ofstream(here / "m.toml") << "include = \"" << source_file("experiments/casts/word_problems.toml") << "\"\n"
                                 << "models.policy = { type = \"transformer\", threads = 1, checkpoint = \""
                                 << source_file("experiments/models/word-problems") << "\" }\n"
                                 << R"(
datasets.words.type = "word_problems"
[stages.fit]
do = "fit"
kind = "supervised"
model = "policy"
problems = { dataset = "words", split = "train", limit = 8 }
held_out = { dataset = "words", split = "validation", limit = 4 }
steps = 1
batch_tokens = 256
evaluate_every = 1
optimiser = { method = "adamw", learning_rate = 1e-12 }
topologies.refine.topology.include = "refine.toml"
)";
  // At that learning rate the weights stay: only what is demonstrated can change the loss.
  const auto loss = [&](const std::string& seed) {
    const Finished run = here.espalier({"run", "m.toml", "seed=" + seed, "--output", "seed-" + seed});
    REQUIRE_MESSAGE(run.code == 0, run.err);
    return read_json(here / ("seed-" + seed + "/fit/summary.json")).at("held_out_loss").get<double>();
  };
  CHECK(std::abs(loss("0") - loss("1")) > 1e-3);
}

TEST_CASE("every column and every field of a fit is described") {
  const Fitting here("fits-described", lines_of(20));
  const Finished run = here.run({"sweep={ \"stages.fit.best_by\" = [\"rmse\", \"pearson\"] }"});
  REQUIRE_MESSAGE(run.code == 0, run.err);
  check_titles(here, run.out, 3, {{"best_by", "KEY"}, {"stages.fit.best_by", "KEY"}});
  for (const std::string by : {"rmse", "pearson"}) {
    check_explained(legend_called("summary.json of fit, kind = \"value\""),
                    read_json(here / ("run/fit@best_by=" + by + "/summary.json")), "fit: ");
  }
}

TEST_CASE("whole labels 1 and 0 teach what true and false teach") {
  const Fitting whole("fits-whole", lines_of(20, "1", "0")), said("fits-said", lines_of(20));
  for (const auto* here : {&whole, &said}) {
    const Finished run = here->run();
    REQUIRE_MESSAGE(run.code == 0, run.err);
  }
  for (const auto& line : read_json_lines(whole / "run/fit/points.jsonl"))
    for (const auto& value : line.at("values")) CHECK(std::abs(value.get<double>()) == 1.0);
  CHECK((whole.head() == said.head()));
}

TEST_CASE("a line longer than the context is left out, counted and named; without others the fit says so") {
  std::string lengthy;
  for (int i = 0; i < 3000; ++i) lengthy += "so ";
  const auto long_line = [&](const std::string& prompt) {
    return R"({"prompt": ")" + prompt + R"(", "completions": [")" + lengthy +
           R"(", "Answer: 5"], "labels": [true, false]})" + "\n";
  };
  const Fitting here("fits-long", lines_of(20) + long_line(question(3)));
  const Finished run = here.run();
  REQUIRE_MESSAGE(run.code == 0, run.err);
  CHECK(contains(run.err, "fit: 2 states are left out, longer than what the model reads at once, the first at "));
  CHECK(contains(run.err, "points.jsonl:41"));
  CHECK(contains(run.out, "2 states too long to be read are left out"));
  CHECK(read_json(here / "run/fit/summary.json").at("targets").at("left_out_states") == 2);

  std::string all;
  for (int i = 0; i < 12; ++i) all += long_line(question(i));
  const Fitting none("fits-long-all", all);
  const Finished failed = none.run();
  CHECK(failed.code == 2);
  CHECK(contains(failed.err, "m.toml:8:10: stages.fit.import has nothing to learn from: 24 states are left out"));
}

TEST_CASE("a fit fails rather than learn from what it must keep apart from") {
  const Fitting here("fits-apart", lines_of(20), R"(disjoint_from.test = { dataset = "others" }

[datasets.others]
type = "jsonl"
file = "others.jsonl"
)");
  for (const bool leaks : {true, false}) {
    CAPTURE(leaks);
    {
      std::ofstream others(here / "others.jsonl", std::ios::binary);
      others << R"({"question": "Something else?", "answer": "1"})"
             << "\n";
      // Not all of them are held out.
      for (int i = 0; leaks && i < 20; ++i)
        others << R"({"question": "  )" << question(i) << R"(", "answer": "11"})"
               << "\n";
    }
    const Finished run = here.run();
    CHECK_MESSAGE(run.code == (leaks ? 2 : 0), run.err);
    CHECK(contains(run.err, "stages.fit.disjoint_from has problem ") == leaks);
    CHECK(contains(run.err, " of test, which is learned from as problem import-") == leaks);
    CHECK(std::filesystem::exists(here / "run/fit/summary.json") != leaks);
  }
}
