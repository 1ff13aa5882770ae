#include <doctest/doctest.h>

#include <cmath>
#include <espalier/bad_input.hpp>
#include <espalier/kit/reward/reward_learner.hpp>
#include <espalier/kit/reward/reward_model.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "conformance/toy_episode.hpp"
#include "framework/sdk/kit/reward/byte_base_model.hpp"
#include "support/settings.hpp"

using namespace espalier;
using namespace espalier::reward;
using espalier::testing::ByteBaseModel;
using espalier::testing::Settings;

namespace {

const Problem kProblem{.id = "p", .question = "2 + 3 * 4 ?", .attributes = {}};
const testing::Row kRow(3);

State after(const State& parent, std::string text, int candidate) {
  Message message;
  message.node = parent.transcript.depth();
  message.text = std::move(text);
  State state = parent;
  state.transcript = parent.transcript.extended(std::move(message), candidate);
  state.next = kRow.next(kProblem, state.transcript);
  return state;
}

State root() { return {.problem = &kProblem, .topology = &kRow, .transcript = Transcript(Key{1, 2}), .next = Turn{}}; }

/// A reward on a base model of bytes.
struct Judge {
  explicit Judge(const char* head, const char* loss, Teaches teaches = Teaches::every_step, const char* view = "full") {
    Settings settings;
    settings.give("base", std::shared_ptr<LanguageModel>(std::make_shared<testing::Mute>(base_model)))
        .set("head", head)
        .set("loss", loss)
        .set("bins", std::string_view(loss) == "distribution" ? 5 : 1)
        .set("positions", 2)
        .set("view", view);
    model = std::make_unique<RewardModel>(RewardParams(settings), teaches);
  }

  double value(const State& state) const { return model->score(std::vector{state}).front().mean; }
  /// Other weights than zero.
  void shake() const {
    for (std::size_t i = 0; i < base_model->scoring_head->weights.size(); ++i)
      base_model->scoring_head->weights[i] = 0.3 * std::sin(static_cast<double>(i) + 1);
  }

  std::shared_ptr<ByteBaseModel> base_model = std::make_shared<ByteBaseModel>();
  std::unique_ptr<RewardModel> model;
};

/// Two trajectories that part after the first message, one right and one wrong.
TrainingExamples examples() {
  const State first = after(root(), "3 * 4 = 12", 0);
  const State right = after(after(first, "2 + 12 = 14", 0), "so 14", 0);
  const State wrong = after(after(first, "2 + 12 = 15", 1), "so 15", 0);
  TrainingExamples made;
  made.trajectories.push_back({right, {Label{0.0, 4, 2, 0.5}, Label{1.0, 2, 2, 1.0}, Label{1.0, 1, 1, 1.0}}});
  made.trajectories.push_back({wrong, {Label{0.0, 4, 2, 0.5}, Label{-0.6, 5, 1, 1.0}, Label{-1.0, 1, 0, 2.0}}});
  made.preferences.push_back({.preferred = 0, .other = 1, .depth = 2, .weight = 1.0});
  made.preferences.push_back({.preferred = 0, .other = 1, .depth = 3, .weight = 3.0});
  return made;
}

/// With several bins where the loss is "distribution".
struct Setup {
  const char* head;
  const char* loss;
};

constexpr Setup kSetups[] = {{"last_state", "huber"},
                             {"last_state", "0.7 huber_logit + 0.3 bradley_terry"},
                             {"logprob_pooling", "mse_logit"},
                             {"logprob_pooling", "bce"},
                             {"both", "counts"},
                             {"both", "bradley_terry"},
                             {"last_state", "distribution"},
                             {"both", "distribution"}};

}  // namespace

TEST_CASE("a learner's gradient is the slope of the loss it tells, for every head and loss") {
  for (const auto& [head, loss] : kSetups) {
    for (const char* view : {"full", "local"}) {
      if (std::string(view) == "local" && std::string(head) != "last_state") continue;
      INFO(std::string(head), " ", std::string(loss), " ", std::string(view));
      const Judge judge(head, loss, Teaches::every_step, view);
      judge.shake();
      const auto learner = judge.model->learner({});
      learner->accumulate(examples(), 0.5);
      const auto gradient = judge.base_model->trainer->gradient;
      auto& weights = judge.base_model->scoring_head->weights;
      for (std::size_t i = 0; i < weights.size(); ++i) {
        const auto loss_at = [&](double change) {
          const double before = weights[i];
          weights[i] = before + change;
          const double found = learner->accumulate(examples(), 0.0);
          weights[i] = before;
          return found;
        };
        CHECK(gradient[i] == doctest::Approx(0.5 * (loss_at(1e-2) - loss_at(-1e-2)) / 2e-2).epsilon(0.01).scale(0.1));
      }
    }
  }
}

TEST_CASE("what is taught is learned: the right trajectory is worth more than the wrong one") {
  for (const auto& [head, loss] : kSetups) {
    INFO(std::string(head), " ", std::string(loss));
    const Judge judge(head, loss);
    LearnerSpec spec;
    spec.optimiser.learning_rate = 0.05;
    const auto learner = judge.model->learner(spec);
    const TrainingExamples taught = examples();
    const double before = learner->accumulate(taught, 1.0);
    for (int step = 0; step < 200; ++step) {
      learner->step(1.0);
      learner->accumulate(taught, 1.0);
    }
    CHECK(learner->accumulate(taught, 1.0) < before - 0.01);
    if (std::string(head) == "logprob_pooling") continue;  // which this base model's surprises tell little
    CHECK(judge.value(taught.trajectories[0].end) > judge.value(taught.trajectories[1].end) + 0.1);
  }
}

TEST_CASE("the tokens of a path are those that learning reads, in either view") {
  for (const char* view : {"full", "local"}) {
    CAPTURE(view);
    const Judge judge("last_state", "bce", Teaches::every_step, view);
    const auto learner = judge.model->learner({});
    const TrainingExamples taught = examples();
    learner->accumulate(taught, 1.0);
    CHECK(learner->tokens(taught.trajectories[0]) + learner->tokens(taught.trajectories[1]) ==
          judge.base_model->trainer->tokens);
  }
}

TEST_CASE("as much of a trajectory is readable as fits the context, in either view") {
  const State end = after(after(after(root(), "3 * 4 = 12", 0), std::string(4100, '1'), 0), "so 14", 0);
  for (const char* view : {"full", "local"}) {
    CAPTURE(view);
    const Judge judge("last_state", "bce", Teaches::every_step, view);
    const auto learner = judge.model->learner({});
    CHECK(learner->readable(end) == 1);
    CHECK(learner->readable(examples().trajectories[0].end) == 3);
  }
}

TEST_CASE("an outcome reward learns from ends alone") {
  const Judge judge("last_state", "bce", Teaches::outcome);
  const auto learner = judge.model->learner({});
  TrainingExamples ends = examples();
  const double loss = learner->accumulate(ends, 1.0);
  const auto gradient = judge.base_model->trainer->gradient;
  for (auto& path : ends.trajectories) path.labels[0] = path.labels[1] = Label{0.9, 1, 1, 5.0};
  judge.base_model->trainer->gradient.assign(gradient.size(), 0.0);
  CHECK(learner->accumulate(ends, 1.0) == loss);
  CHECK(judge.base_model->trainer->gradient == gradient);
  CHECK(loss == doctest::Approx(std::log(2.0)));
}

TEST_CASE("a child scored after its parent has the value it has from scratch, and only its own tokens are looked at") {
  const State first = after(root(), "3 * 4 = 12", 0);
  const State second = after(first, "2 + 12 = 14", 0);
  const State sibling = after(first, "2 + 12 = 41", 1);
  for (const Setup setup : {Setup{"last_state", "bce"},
                            {"logprob_pooling", "bce"},
                            {"both", "bce"},
                            {"last_state", "distribution"},
                            {"logprob_pooling", "distribution"}}) {
    const auto [head, loss] = setup;
    INFO(std::string(head), " ", std::string(loss));
    const Judge judge(head, loss);
    const Judge scratch(head, loss);
    judge.shake();
    scratch.shake();
    judge.value(first);
    CHECK(judge.value(second) == doctest::Approx(scratch.value(second)).epsilon(1e-12));
    CHECK(judge.value(sibling) == doctest::Approx(scratch.value(sibling)).epsilon(1e-12));
    const auto& seen = judge.base_model->scoring_head->seen;
    REQUIRE(seen.size() == 3);
    const auto question_and_first =
        static_cast<std::int32_t>(kProblem.question.size() + first.transcript.last().text.size() + 1);
    CHECK(seen[1].at.front() >= question_and_first);
    // The ledger's side: whoever is first after the question reads it, later messages know all before them.
    CHECK(seen[0].known == 0);
    CHECK(seen[1].known == question_and_first);
    CHECK(seen[2].known == question_and_first);
  }
}

TEST_CASE("what was carried over from a parent goes with the weights it was read with") {
  const State first = after(root(), "3 * 4 = 12", 0);
  const State second = after(first, "2 + 12 = 14", 0);
  const auto folder = std::filesystem::temp_directory_path() / "espalier-reward-version-test";
  for (const char* head : {"logprob_pooling", "both", "state_pooling"}) {
    INFO(std::string(head));
    const Judge judge(head, "bce");
    judge.shake();
    const auto learner = judge.model->learner({.optimiser = {.learning_rate = 0.5}, .gradient = {}});
    const auto from_scratch = [&] {
      const Judge scratch(head, "bce");
      scratch.base_model->scoring_head->weights = judge.base_model->scoring_head->weights;
      return scratch.value(second);
    };
    judge.value(first);
    learner->save(folder);
    learner->accumulate(examples(), 1.0);
    learner->step(1.0);
    CHECK(judge.value(second) == from_scratch());
    learner->restore(folder);
    CHECK(judge.value(second) == from_scratch());
  }
  std::filesystem::remove(folder);
}

TEST_CASE("what was learned survives being saved") {
  const auto folder = std::filesystem::temp_directory_path() / "espalier-reward-model-test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const Judge judge("both", "bce");
  judge.shake();
  judge.model->save(folder);
  Settings settings;
  const auto base_model = std::make_shared<ByteBaseModel>();
  settings.give("base", std::shared_ptr<LanguageModel>(std::make_shared<testing::Mute>(base_model)))
      .set("checkpoint", folder.c_str());
  RewardModel again(RewardParams(settings), Teaches::every_step);
  const State state = examples().trajectories[0].end;
  CHECK(again.score(std::vector{state}).front().mean == judge.value(state));
  std::filesystem::remove_all(folder);
}

TEST_CASE("what a checkpoint says of its reward has the bounds of parameters") {
  const auto folder = std::filesystem::temp_directory_path() / "espalier-reward-file-test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const auto complaint = [&](const std::string& text) {
    std::ofstream(folder / "reward.json") << text;
    Settings settings;
    settings
        .give("base",
              std::shared_ptr<LanguageModel>(std::make_shared<testing::Mute>(std::make_shared<ByteBaseModel>())))
        .set("checkpoint", folder.c_str());
    try {
      RewardModel(RewardParams(settings), Teaches::every_step);
    } catch (const BadInput& error) {
      const std::string what = error.what();
      const std::string file = (folder / "reward.json").string();
      return what.starts_with(file) ? what.substr(file.size()) : what;
    }
    return std::string("read");
  };
  const auto with = [&](const std::string& key, const std::string& value) {
    std::string text = "{\"format\": 2, \"head\": \"both\", \"bins\": 1, \"serialisation\": \"masprm\", ";
    if (key != "positions") text += "\"positions\": 4, ";
    if (key != "rank") text += "\"rank\": 16, ";
    return complaint(text + "\"" + key + "\": " + value +
                     ", \"view\": \"full\", \"question_tokens\": 0, \"trains\": \"head\", \"alpha\": 32, "
                     "\"projections\": []}");
  };
  CHECK(with("positions", "0") == ": `positions` must be in [1, 64], got 0");
  CHECK(with("positions", "4.5") == ": `positions` has the wrong type: 4.5");
  CHECK(with("rank", "100000") == ": `rank` must be in [1, 4096], got 100000");
  CHECK(with("positions", "\"many\"") == ": `positions` has the wrong type: \"many\"");
  CHECK(complaint(std::string(100'000, '[')).starts_with(":1:65: is nested too deeply"));
  CHECK(complaint("{\"format\": 2}") == ": `head` is missing");
  std::filesystem::remove_all(folder);
}
