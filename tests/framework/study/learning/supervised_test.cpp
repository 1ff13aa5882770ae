#include "study/learning/supervised.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "framework/study/learning/line_team.hpp"
#include "framework/study/learning/stub_base_model.hpp"
#include "host/compose/factory.hpp"
#include "host/manifest/manifest.hpp"
#include "study/learning/demonstrations.hpp"
#include "study/learning/schedule.hpp"

using namespace espalier;
using namespace espalier::study;
using espalier::tests::StubBaseModel;
using espalier::tests::teams_of;

namespace fs = std::filesystem;

namespace {

/// Demonstrates "<role> says <n>"; the first role is heard differently in every second dialogue.
class Demonstrated final : public Dataset {
 public:
  std::vector<std::string> splits() const override { return {"train"}; }
  std::size_t size(std::string_view) const override { return 100; }
  Item at(std::string_view, std::size_t index) const override {
    return {{.id = std::to_string(index), .question = "question " + std::to_string(index)}, "1"};
  }
  std::shared_ptr<Grader> grader() const override { return nullptr; }
  std::optional<Demonstration> demonstration(const Item& item, std::string_view role, Key key) const override {
    if (role == "mute") return std::nullopt;
    Demonstration said{.text = std::string(role) + " says " + item.problem.id};
    if (role == "first" && draw_uniform(key, 0) < 0.5) said.heard = "bent";
    return said;
  }
};

std::vector<Item> items(std::size_t count) {
  std::vector<Item> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(Demonstrated().at("train", i));
  return all;
}

SupervisedParams params_of(const std::string& toml) {
  host::Catalog catalog;
  host::Factory factory(host::Node(), catalog);
  host::Diagnostics diagnostics;
  const host::Node table = host::parse_manifest(toml, "test.toml", diagnostics);
  host::DryPass pass;
  return factory.check<SupervisedParams>(table, pass).params;
}

fs::path fresh_folder(const std::string& name) {
  const fs::path folder = fs::temp_directory_path() / ("espalier-supervised-" + name);
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

/// A training on 100 problems; it stops after `stop_after` steps where that is given.
struct Trial {
  Trial(const std::string& name, int steps) : folder(fresh_folder(name)), params(params_of(settings(steps))) {}

  static std::string settings(int steps) {
    return "steps = " + std::to_string(steps) +
           "\nbatch_tokens = 64\nevaluate_every = 10\noptimiser.learning_rate = 4.0\n";
  }

  bool run(int stop_after = -1) {
    base_model = std::make_shared<StubBaseModel>();
    int asked = 0;
    SupervisedTask task({params, training, held_out, params.input_loss_until, base_model, Key{7, 0}});
    TrainingLoop loop(task, params, "stage", folder, [&] { return ++asked == stop_after; });
    const bool complete = loop.run();
    curve = loop.curve();
    summary = loop.summary();
    best = loop.best();
    if (complete) by_role = losses_by_role(loop.best_figures());
    return complete;
  }

  fs::path folder;
  SupervisedParams params;
  Demonstrated dataset;
  std::vector<engine::Team> teams = teams_of({"first", "second"});
  std::vector<Item> learned = items(100);
  std::vector<Item> few = items(5);
  Dialogues training{dataset, learned, teams, {1}, false, Key{}};
  Dialogues held_out{dataset, few, teams, {1}, false, Key{}};
  std::shared_ptr<StubBaseModel> base_model;
  std::string curve;
  fs::path best;
  Json summary;
  Json by_role;
};

}  // namespace

TEST_CASE("dialogues hand on what is heard, and teach what should be said") {
  const Demonstrated dataset;
  const auto teams = teams_of({"first", "second"});
  const auto all = items(50);
  const Dialogues dialogues(dataset, all, teams, {3}, false, Key{});
  int bent = 0;
  for (std::size_t subject = 0; subject < dialogues.size(); ++subject) {
    const Item& item = all[subject];
    const auto examples = dialogues.about(subject, 0);
    REQUIRE(examples.size() == 6);
    for (std::size_t i = 0; i < examples.size(); i += 2) {
      CHECK(examples[i].role == "first");
      CHECK(examples[i].chat.messages.at(0).text == item.problem.question);
      CHECK(examples[i].target == "first says " + item.problem.id);
      const std::string& heard = examples[i + 1].chat.messages.at(0).text;
      bent += heard == "bent";
      CHECK((heard == "bent" || heard == examples[i].target));
    }
  }
  CHECK(bent > 40);
  CHECK(bent < 110);
}

TEST_CASE("the dialogues that are drawn follow the key") {
  const Demonstrated dataset;
  const auto teams = teams_of({"first", "second"});
  const auto all = items(20);
  const auto heard = [&](Key key) {
    const Dialogues dialogues(dataset, all, teams, {1}, false, key);
    std::vector<std::string> texts;
    for (std::size_t subject = 0; subject < dialogues.size(); ++subject)
      texts.push_back(dialogues.about(subject, 0)[1].chat.messages.at(0).text);
    return texts;
  };
  CHECK(heard(Key{1, 0}) == heard(Key{1, 0}));
  CHECK(heard(Key{1, 0}) != heard(Key{2, 0}));
}

TEST_CASE("training examples too long for the model are passed over; a source of no others is an error") {
  const auto teams = teams_of({"first"});
  const Demonstrated dataset;
  auto all = items(10);
  for (std::size_t i = 0; i < all.size(); i += 2) all[i].problem.question = std::string(2000, 'x');
  const SupervisedParams params = params_of(Trial::settings(5));
  const auto base_model = std::make_shared<StubBaseModel>();
  const Dialogues some(dataset, all, teams, {1}, false, Key{});
  SupervisedTask task({params, some, some, 0.0, base_model, Key{}});
  for (int step = 0; step < 5; ++step) CHECK(task.step(0.0, 1.0).tokens < 200);
  CHECK(std::isfinite(task.evaluate().at("held_out_loss").get<double>()));
  for (auto& item : all) item.problem.question = std::string(2000, 'x');
  CHECK_THROWS_WITH_AS(SupervisedTask({params, some, some, 0.0, base_model, Key{}}),
                       "all held-out training examples are longer than the model's context of 1024 tokens",
                       ExampleError);
  const auto short_ones = items(3);
  const Dialogues readable(dataset, short_ones, teams, {1}, false, Key{});
  SupervisedTask unreadable({params, some, readable, 0.0, base_model, Key{}});
  CHECK_THROWS_WITH_AS(unreadable.step(0.0, 1.0),
                       "all training examples are longer than the model's context of 1024 tokens", ExampleError);
}

TEST_CASE("a role without a demonstration is named") {
  const Demonstrated dataset;
  const auto teams = teams_of({"first", "mute"});
  const auto one = items(1);
  const Dialogues dialogues(dataset, one, teams, {1}, false, Key{});
  CHECK_THROWS_WITH_AS(static_cast<void>(dialogues.about(0, 0)),
                       "the dataset demonstrates nothing for role \"mute\" on problem 0", ExampleError);
}

TEST_CASE("an input's loss is on the target and the end token, or on everything but the first token") {
  const StubBaseModel base_model;
  const TrainingExample example{"first", Chat{{{ChatMessage::Role::user, "ab"}}}, "cd"};
  const ModelInput target = make_input(base_model, example, false);
  CHECK(target.tokens == std::vector<std::int32_t>{'a', 'b', '\n', 'c', 'd', 256});
  CHECK(target.at == std::vector<std::int32_t>{3, 4, 5});
  CHECK(make_input(base_model, example, true).at == std::vector<std::int32_t>{1, 2, 3, 4, 5});
}

TEST_CASE("a whole dialogue is read as value models read it, and planted mistakes are not learned") {
  const Demonstrated dataset;
  const auto teams = teams_of({"first", "second"});
  const auto one = items(1);
  const Dialogues dialogues(dataset, one, teams, {1}, true, Key{});
  const auto examples = dialogues.about(0, 0);
  REQUIRE(examples.size() == 3);
  const TrainingExample& example = examples.back();
  CHECK(example.role == kTranscript);
  REQUIRE(example.trajectory);
  CHECK_THROWS_AS(static_cast<void>(make_input(StubBaseModel(), example, false)), ExampleError);

  StubBaseModel base_model;
  base_model.separator = 255;
  const std::string first = example.trajectory->planted[0] ? "bent" : "first says 0";
  const std::string text = "question 0" + first + "\xff" + "second says 0\xff";
  ModelInput input = make_input(base_model, example, true);
  CHECK(input.tokens == base_model.encode(text));
  input = make_input(base_model, example, false);
  const std::size_t learned =
      (example.trajectory->planted[0] ? 0 : first.size() + 1) + std::string("second says 0").size() + 1;
  CHECK(input.at.size() == learned);
  CHECK(input.at.back() + 1 == std::ssize(text));
}

TEST_CASE("the stream shows every problem once a round and goes on from any position") {
  const Demonstrated dataset;
  const auto teams = teams_of({"first"});
  const auto all = items(100);
  const Dialogues dialogues(dataset, all, teams, {1}, false, Key{});
  ExampleStream stream(dialogues, Key{1, 2}, {});
  std::vector<std::string> first_round, second_round;
  std::vector<ExampleStream::Position> positions;
  for (int i = 0; i < 200; ++i) {
    positions.push_back(stream.position());
    (i < 100 ? first_round : second_round).push_back(stream.next().target);
  }
  CHECK(std::set<std::string>(first_round.begin(), first_round.end()).size() == 100);
  CHECK(std::set<std::string>(second_round.begin(), second_round.end()).size() == 100);
  CHECK(first_round != second_round);
  for (const int from : {0, 1, 63, 64, 99, 100, 150}) {
    ExampleStream again(dialogues, Key{1, 2}, positions[static_cast<std::size_t>(from)]);
    CHECK(again.next().target == (from < 100 ? first_round : second_round)[static_cast<std::size_t>(from % 100)]);
  }
}

TEST_CASE("training lowers the held-out loss and keeps the best weights") {
  Trial trial("learns", 60);
  REQUIRE(trial.run());
  // Uniform over 257 tokens at the begin.
  CHECK(trial.summary.at("held_out_loss").get<double>() < 0.8 * std::log(257.0));
  CHECK(trial.summary.at("steps") == 60);
  CHECK(trial.by_role.size() == 2);
  CHECK(fs::exists(trial.best / "weights"));
  CHECK(std::count(trial.curve.begin(), trial.curve.end(), '\n') == 1 + 6);
}

TEST_CASE("an interrupted training ends with the same weights") {
  Trial whole("whole", 60);
  REQUIRE(whole.run());
  for (const int stop : {1, 7, 10, 33}) {
    Trial parts("parts", 60);
    CHECK(!parts.run(stop));
    CHECK(!parts.run(5));
    REQUIRE(parts.run());
    CHECK(parts.base_model->logits == whole.base_model->logits);
    CHECK(parts.summary.at("held_out_loss") == whole.summary.at("held_out_loss"));
    CHECK(parts.summary.at("tokens") == whole.summary.at("tokens"));
  }
}

TEST_CASE("the learning rates rise, then fall along a cosine") {
  CHECK(learning_scale(0.05, 0.1, 0.2) == doctest::Approx(0.5));
  CHECK(learning_scale(0.1, 0.1, 0.2) == doctest::Approx(1.0));
  CHECK(learning_scale(0.55, 0.1, 0.2) == doctest::Approx(0.6));
  CHECK(learning_scale(1.0, 0.1, 0.2) == doctest::Approx(0.2));
  CHECK(learning_scale(0.0, 0.0, 0.2) == doctest::Approx(1.0));
  CHECK(learning_scale(0.0, 0.1, 0.2) > 0.0);
}
