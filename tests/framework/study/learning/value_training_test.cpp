#include "study/learning/value_training.hpp"

#include <doctest/doctest.h>

#include <espalier/kit/reward/reward_model.hpp>
#include <random>
#include <set>

#include "framework/sdk/kit/reward/byte_base_model.hpp"
#include "host/compose/factory.hpp"
#include "host/manifest/manifest.hpp"
#include "study/files.hpp"
#include "study/learning/too_long_states.hpp"
#include "study/learning/trl.hpp"
#include "support/settings.hpp"

using namespace espalier;
using namespace espalier::study;
using espalier::reward::RewardModel;
using espalier::testing::ByteBaseModel;
using espalier::testing::Settings;

namespace fs = std::filesystem;

namespace {

ValueFitParams params_of(const std::string& toml) {
  host::Catalog catalog;
  host::Factory factory(host::Node(), catalog);
  host::Diagnostics diagnostics;
  const host::Node table = host::parse_manifest(toml, "test.toml", diagnostics);
  host::DryPass pass;
  return factory.check<ValueFitParams>(table, pass).params;
}

fs::path fresh_folder(const std::string& name) {
  const fs::path folder = fs::temp_directory_path() / ("espalier-value-training-" + name);
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

/// Trees of two steps, each with a right and a wrong end.
std::vector<SearchTree> trees(int from, int to) {
  const fs::path folder = fresh_folder("lines");
  std::string lines;
  for (int i = from; i < to; ++i) {
    const std::string sum = std::to_string(3 * i + 1);
    const std::string prompt =
        R"({"prompt": "What is )" + std::to_string(2 * i) + " + " + std::to_string(i + 1) + "?\"";
    lines += prompt + R"(, "completions": ["plan )" + std::to_string(i % 5) + "\", \"so " + sum +
             "\"], \"labels\": [0.2, 1.0]}\n";
    lines += prompt + R"(, "completions": ["plan )" + std::to_string(i % 5) + "\", \"or " + std::to_string(3 * i) +
             "\"], \"labels\": [0.2, -1.0]}\n";
  }
  write_file(folder / "lines.jsonl", lines);
  return import_trees(folder / "lines.jsonl");
}

struct Killed {};

/// Dies before some of its steps.
class Mortal final : public TrainingTask {
 public:
  Mortal(TrainingTask& task, int steps) : task_(task), left_(steps) {}
  Step step(double done, double scale) override {
    if (left_-- == 0) throw Killed();
    return task_.step(done, scale);
  }
  Json evaluate() override { return task_.evaluate(); }
  std::string criterion() const override { return task_.criterion(); }
  bool higher_is_better() const override { return task_.higher_is_better(); }
  void save_checkpoint(const fs::path& folder) const override { task_.save_checkpoint(folder); }
  void save_state(const fs::path& file) const override { task_.save_state(file); }
  void restore_state(const fs::path& file) override { task_.restore_state(file); }
  Json place() const override { return task_.place(); }
  void go_to(const Json& place) override { task_.go_to(place); }

 private:
  TrainingTask& task_;
  int left_;
};

/// A fit of a pooling reward on trees; everything but its folder is new in every run, as in a new process.
struct Fit {
  explicit Fit(const std::string& name, int evaluate_every = 5)
      : folder(fresh_folder(name)),
        params(params_of("steps = 30\nbatch_tokens = 300\nbest_by = \"rmse\"\nevaluate_every = " +
                         std::to_string(evaluate_every) + "\n")) {}
  ~Fit() { fs::remove_all(folder); }

  /// `die_after`: steps after which it dies; `stop_after`: after which it is asked to stop. Returns whether it ended.
  bool run(int die_after = -1, int stop_after = -1) {
    const auto base_model = std::make_shared<ByteBaseModel>();
    Settings settings;
    settings.give("base", std::shared_ptr<LanguageModel>(std::make_shared<testing::Mute>(base_model)))
        .set("head", "state_pooling")
        .set("loss", "bce")
        .set("positions", 2);
    RewardModel model(reward::RewardParams(settings), reward::Teaches::every_step);
    const auto learner = model.learner({.optimiser = {.learning_rate = 0.05}, .gradient = {}});
    std::vector<TrainingExamples> examples;
    for (const auto& tree : training) examples.push_back(examples_of(tree, *topology, params.targets, Key{5, 6}));
    ValueTask task({params, examples, held_out, *topology, model, *learner, Key{7, 8}});
    Mortal mortal(task, die_after);
    int asked = 0;
    try {
      TrainingLoop loop(mortal, params, "fit", folder, [&] { return ++asked == stop_after; });
      if (!loop.run()) return false;
      curve = Json::array();
      for (const auto& row : loop.rows()) {
        curve.push_back(row);
        curve.back().erase("seconds");
      }
      best_step = loop.summary().at("best_step");
      weights = read_file(loop.best() / "weights");
      last = base_model->scoring_head->weights;
      return true;
    } catch (const Killed&) {
      return false;
    }
  }

  fs::path folder;
  ValueFitParams params;
  std::unique_ptr<Topology> topology = step_list();
  std::vector<SearchTree> training = trees(0, 30);
  std::vector<SearchTree> held_out = trees(30, 40);
  Json curve;
  int best_step = 0;
  std::string weights;
  std::vector<double> last;
};

}  // namespace

TEST_CASE("evaluations see the weights of their moment, however many there were before") {
  Fit often("often", 5), seldom("seldom", 15), once("once", 30);
  REQUIRE(often.run());
  REQUIRE(seldom.run());
  REQUIRE(once.run());
  CHECK(often.last == once.last);
  CHECK(often.curve.back() == once.curve.back());
  CHECK(seldom.curve.back() == once.curve.back());
  CHECK(often.curve.at(2) == seldom.curve.at(0));
  CHECK(often.curve.front().at("rmse") != once.curve.back().at("rmse"));
}

TEST_CASE("a fit stopped and killed at ten moments ends as one in one go: weights, curve and best step") {
  Fit whole("whole");
  REQUIRE(whole.run());
  std::mt19937 draw(11);
  for (int round = 0; round < 3; ++round) {
    Fit broken("broken");
    for (int moment = 0; moment < 5; ++moment) {
      CHECK_FALSE(broken.run(-1, 1 + static_cast<int>(draw() % 5)));  // asked to stop: everything is saved
      CHECK_FALSE(broken.run(static_cast<int>(draw() % 4)));          // killed: what was not saved is lost
    }
    REQUIRE(broken.run());
    CHECK(broken.last == whole.last);
    CHECK(broken.weights == whole.weights);
    CHECK(broken.curve == whole.curve);
    CHECK(broken.best_step == whole.best_step);
  }
}

TEST_CASE("states longer than the model reads are left out with all that follows them, and counted") {
  const auto topology = step_list();
  const fs::path folder = fresh_folder("long");
  const std::string word(5000, 'x');
  write_file(folder / "lines.jsonl", R"({"prompt": "q", "completions": ["a", "b", "c"], "labels": [true, true, true]})"
                                     "\n"
                                     R"({"prompt": "q", "completions": ["a", ")" +
                                         word +
                                         R"(", "c"], "labels": [true, false, false]})"
                                         "\n"
                                         R"({"prompt": ")" +
                                         word +
                                         R"(", "completions": ["a"], "labels": [true]})"
                                         "\n");
  {
    auto imported = import_trees(folder / "lines.jsonl");
    const auto base_model = std::make_shared<ByteBaseModel>();
    Settings settings;
    settings.give("base", std::shared_ptr<LanguageModel>(std::make_shared<testing::Mute>(base_model)))
        .set("head", "last_state")
        .set("view", "full");
    RewardModel model(reward::RewardParams(settings), reward::Teaches::every_step);
    const auto learner = model.learner({});
    const TooLongStates left_out = leave_out_too_long(imported, *topology, *learner, "lines.jsonl");
    CHECK(left_out.states == 3);
    CHECK(left_out.first == "lines.jsonl:2");
    REQUIRE(imported.size() == 1);
    CHECK(imported[0].nodes.size() == 3);
    for (const auto& node : imported[0].nodes) CHECK(node.line == 1);
    CHECK(judge(model, imported, *topology).size() == 3);
  }
  fs::remove_all(folder);
}
