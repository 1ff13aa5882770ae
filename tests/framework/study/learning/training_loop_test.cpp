#include "study/learning/training_loop.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "host/compose/factory.hpp"
#include "host/manifest/manifest.hpp"
#include "study/files.hpp"
#include "study/stages/fit_kinds.hpp"

using namespace espalier;
using namespace espalier::study;

namespace fs = std::filesystem;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Learns nothing; its losses and figures are those it was given, by step.
class Scripted final : public TrainingTask {
 public:
  Step step(double, double) override {
    ++steps;
    return {losses.contains(steps) ? losses.at(steps) : 1.0, 10};
  }
  Json evaluate() override {
    const auto found = figures.find(steps);
    if (found == figures.end()) return {{criterion(), 0.0}};
    return {{criterion(), found->second ? Json(*found->second) : Json()}, {"other", 1.0}};
  }
  std::string criterion() const override { return "figure"; }
  bool higher_is_better() const override { return true; }
  void save_checkpoint(const fs::path& folder) const override { write_file(folder / "weights", std::to_string(steps)); }
  void save_state(const fs::path& file) const override { write_file(file, std::to_string(steps)); }
  void restore_state(const fs::path& file) override { steps = std::stoi(read_file(file)); }
  Json place() const override { return {}; }
  void go_to(const Json&) override {}

  int steps = 0;
  std::map<int, double> losses;
  std::map<int, std::optional<double>> figures;  ///< nothing: cannot be told
};

host::Node table_of(const std::string& toml) {
  host::Diagnostics diagnostics;
  host::Node table = host::parse_manifest(toml, "test.toml", diagnostics);
  host::assign_paths(table, "stages.fit");
  return table;
}

FitParams params_of(const host::Node& table) {
  host::Catalog catalog;
  host::Factory factory(host::Node(), catalog);
  host::DryPass pass;
  return factory.check<FitParams>(table, pass).params;
}

const host::Node kTable = table_of(
    "steps = 30\nevaluate_every = 5\noptimiser = { method = \"adamw\", learning_rate = 0.5 }\ndecay = \"constant\"\n");

/// One training of a scripted task in a folder of its own.
struct Trial {
  explicit Trial(const std::string& name) : folder(fs::temp_directory_path() / ("espalier-loop-" + name)) {
    fs::remove_all(folder);
  }
  ~Trial() { fs::remove_all(folder); }

  bool run(std::function<bool()> stopping = [] { return false; }) {
    loop.emplace(task, params, "fit@rate=1", folder, std::move(stopping));
    return run_to_end(*loop, kTable);
  }
  std::string best() const { return read_file(loop->best() / "weights"); }

  fs::path folder;
  Scripted task;
  FitParams params = params_of(kTable);
  std::optional<TrainingLoop> loop;
};

}  // namespace

TEST_CASE("what is not finite is never best, and ends the training") {
  Trial trial("diverges");
  trial.task.figures = {{5, 0.4}, {10, 0.5}};
  SUBCASE("a figure") { trial.task.figures[15] = kNan; }
  SUBCASE("an infinite figure") { trial.task.figures[15] = std::numeric_limits<double>::infinity(); }
  SUBCASE("a loss") { trial.task.losses[15] = kNan; }
  REQUIRE(trial.run());
  CHECK(trial.best() == "10");
  CHECK(trial.loop->summary().at("best_step") == 10);
  CHECK(trial.loop->summary().at("figure") == 0.5);
  CHECK(trial.loop->summary().at("diverged_step") == 15);
  CHECK(trial.loop->curve().find("nan") == std::string::npos);
  CHECK(show_end(trial.loop->summary()).find("step 15") != std::string::npos);
}

TEST_CASE("a training without any finite figure fails, and says where and with which rate") {
  Trial trial("fails");
  SUBCASE("its figure") { trial.task.figures[5] = kNan; }
  SUBCASE("its loss") { trial.task.losses[5] = kNan; }
  CHECK_THROWS_WITH_AS(trial.run(),
                       doctest::Contains("stages.fit.optimiser lets the training diverge: at step 5, "
                                         "learning_rate 0.5, "),
                       host::ManifestError);
}

TEST_CASE("where the criterion cannot be told, the last weights are kept") {
  Trial trial("untold");
  for (int step = 5; step <= 30; step += 5) trial.task.figures[step] = std::nullopt;
  REQUIRE(trial.run());
  CHECK(trial.best() == "30");
  CHECK(trial.loop->summary().at("figure").is_null());
  CHECK(trial.loop->curve().find("null") == std::string::npos);
  CHECK_FALSE(trial.loop->summary().contains("diverged_step"));
}

TEST_CASE("a figure that can be told is better than one that cannot") {
  Trial trial("partly");
  trial.task.figures = {{5, std::nullopt}, {10, 0.2}, {15, std::nullopt}, {20, 0.3}, {25, 0.1}, {30, 0.3}};
  REQUIRE(trial.run());
  CHECK(trial.best() == "20");
}

TEST_CASE("the best weights a saved state names outlive later ones that were never saved") {
  Trial trial("named");
  trial.task.figures = {{5, 0.4}, {10, 0.5}, {15, 0.6}};
  int asked = 0;
  CHECK_FALSE(trial.run([&] { return ++asked == 7; }));  // saved at step 7, best of step 5
  {
    struct Killed {};
    CHECK_THROWS_AS(trial.run([&]() -> bool {
      if (++asked == 18) throw Killed();  // after step 17, with step 15 as the best
      return false;
    }),
                    Killed);
  }
  // What went on differently, as trainings by time may, has the weights its state says are best.
  trial.task.figures = {{10, 0.1}, {15, 0.1}, {20, 0.1}};
  REQUIRE(trial.run());
  CHECK(trial.best() == "5");
}
