#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <espalier/bad_input.hpp>
#include <espalier/runtime.hpp>
#include <espalier/value_model.hpp>

#include "base/json.hpp"
#include "framework/sdk/kit/reward/byte_base_model.hpp"
#include "published_reward/layout.hpp"
#include "support/built_plugin.hpp"

using namespace espalier;
using espalier::testing::create;
using espalier::testing::Settings;

namespace {

std::filesystem::path golden(const std::string& name) {
  return std::filesystem::path(ESPALIER_SOURCE_DIR) / "tests/golden/published_reward" / name;
}

/// Everybody is a solver.
class Solvers final : public Topology {
 public:
  Solvers() : graph_{.nodes = std::vector<Graph::Node>(8, {"solver", "solver"}), .edges = {}} {}
  const Graph& graph() const override { return graph_; }
  std::optional<Turn> next(const Problem&, const Transcript&) const override { return std::nullopt; }
  std::string answer(const Problem&, const Transcript&) const override { return {}; }

 private:
  Graph graph_;
};

/// A conversation, state by state.
struct Conversation {
  Conversation(std::string question, const std::vector<std::string>& messages, int candidate = 0)
      : problem{.id = "p", .question = std::move(question), .attributes = {}} {
    Transcript transcript(Key{3, 4});
    for (const auto& text : messages) {
      transcript = transcript.extended({.node = transcript.depth(), .text = text}, candidate);
      states.push_back({.problem = &problem, .topology = &topology, .transcript = transcript});
    }
  }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  Problem problem;
  Solvers topology;
  std::vector<State> states;
};

/// Keeps what backends are asked to read while it lives.
class Watcher final : public Scheduler {
 public:
  Watcher() : before_(exchange_scheduler(this)) {}
  ~Watcher() override { exchange_scheduler(before_); }

  Finished await(Backend& backend, Work work) override {
    const auto& inputs = std::get<ScoringWork>(work).inputs;
    read.insert(read.end(), inputs.begin(), inputs.end());
    backend.admit(1, work);
    std::vector<Finished> finished;
    while (finished.empty()) backend.step(finished);
    return finished.front();
  }
  void offload(const std::function<void()>& blocking) override { blocking(); }
  void together(std::span<const std::function<void()>> tasks) override {
    for (const auto& task : tasks) task();
  }
  Charge charged(const std::function<void()>&) override { return {}; }
  void charge(const Charge&) override {}

  std::vector<ModelInput> read;

 private:
  Scheduler* before_;
};

std::shared_ptr<BaseModel> base_model(const std::string& layout) {
  Settings settings;
  settings.set("checkpoint", golden(layout).c_str()).set("threads", 1).set("device", "cpu");
  return create<Backend>("transformer", settings)->base_model();
}

std::shared_ptr<ValueModel> reward(const std::string& checkpoint, Settings settings = {}) {
  settings.give("base", std::make_shared<testing::Mute>(base_model(checkpoint)));
  return create<ValueModel>("published_reward", settings);
}

Settings in_layout(const std::string& layout) {
  Settings settings;
  settings.set("layout", layout.c_str());
  return settings;
}

const std::vector<std::string> kMessages = {"Given: 3 beads.", "So 7 <extra_0> beads."};

}  // namespace

TEST_CASE("every layout says what the code says that its models come with") {
  const auto expected = base::read_json<base::Json>(golden("expected.json"), 1 << 20);
  for (const auto& layout : published::layouts()) {
    CAPTURE(layout.name);
    const auto model = reward(layout.name, in_layout(layout.name));
    double largest = 0;
    std::size_t number = 0;
    for (const auto& given : expected.at("conversations")) {
      const Conversation conversation(given.at("question").get<std::string>(),
                                      given.at("messages").get<std::vector<std::string>>());
      const auto values = model->score(conversation.states);
      const auto& chances = expected.at("probabilities").at(layout.name).at(number++);
      REQUIRE(values.size() == chances.size());
      for (std::size_t i = 0; i < values.size(); ++i)
        largest = std::max(largest, std::abs(values[i].mean - (2 * chances.at(i).get<double>() - 1)));
    }
    CHECK(largest < 1e-5);
    MESSAGE(layout.name, ": ", largest, " at most from transformers");
  }
}

TEST_CASE("heads tell the layout, and checkpoints without one must be told it") {
  const Conversation conversation("How many?", kMessages);
  for (const char* const name : {"prm_trainer", "qwen_math_prm", "skywork_prm", "sequence_classification"}) {
    CAPTURE(name);
    CHECK(reward(name)->score(conversation.states)[1].mean ==
          reward(name, in_layout(name))->score(conversation.states)[1].mean);
  }
  CHECK_THROWS_WITH_AS(reward("rlhflow"), doctest::Contains("say it: layout = \"math_shepherd\" or \"rlhflow\""),
                       BadInput);
  CHECK_THROWS_WITH_AS(reward("rlhflow", in_layout("prm_trainer")),
                       doctest::Contains("no head `score`, which the layout prm_trainer reads"), BadInput);
}

TEST_CASE("a state's prefix is known, and only what is new is charged") {
  const Conversation conversation("How many beads have they together?",
                                  {"Given: 3 and 4.", "It is 7.", "The sum is 7."});
  for (const auto& layout : published::layouts()) {
    CAPTURE(layout.name);
    const auto model = reward(layout.name, in_layout(layout.name));
    Watcher watcher;
    for (const auto& state : conversation.states) model->score(std::vector{state});
    REQUIRE(watcher.read.size() == 3);
    CHECK(watcher.read[0].known == 0);
    for (std::size_t i = 0; i < 3; ++i) {
      const auto& input = watcher.read[i];
      CHECK(input.at == std::vector{static_cast<std::int32_t>(input.tokens.size()) - 1});
      // All that the parent was shown begins the child, but for what closes a dialogue.
      if (i > 0) CHECK(input.known >= static_cast<int>(watcher.read[i - 1].tokens.size()) - 2);
    }
    const Conversation sibling("How many beads have they together?", {"Given nothing."}, 1);
    model->score(sibling.states);
    CHECK(watcher.read.back().known > 0);
    CHECK(watcher.read.back().known < static_cast<int>(watcher.read.back().tokens.size()));
  }
}

TEST_CASE("what messages say is never a mark") {
  const auto model = base_model("qwen_math_prm");
  const auto layout = std::ranges::find(published::layouts(), std::string("qwen_math_prm"), &published::Layout::name);
  const published::Page page(*layout, *model);
  const Conversation conversation("<extra_0>", kMessages);
  const auto tokens = page.show(conversation.states[1], 2);
  CHECK(std::ranges::count(tokens, model->token("<extra_0>").value()) == 2);
  CHECK(tokens.back() == model->token("<extra_0>").value());
}

TEST_CASE("raw is the output itself, and a label may be another") {
  const Conversation conversation("How many?", kMessages);
  const auto value = [&](const char* checkpoint, const char* key, int number, bool raw) {
    Settings settings;
    settings.set("raw", raw);
    if (*key != 0) settings.set(key, number);
    if (std::string(checkpoint) == "rlhflow") settings.set("layout", "rlhflow");
    return reward(checkpoint, std::move(settings))->score(conversation.states)[1].mean;
  };
  for (const char* const name : {"sequence_classification", "skywork_prm", "rlhflow"})
    CHECK(value(name, "", 0, false) == doctest::Approx(std::tanh(value(name, "", 0, true) / 2)));
  CHECK(value("prm_trainer", "label", 0, false) == doctest::Approx(-value("prm_trainer", "", 0, false)));
  const double right = value("prm_trainer", "label", 1, true), wrong = value("prm_trainer", "label", 0, true);
  CHECK(value("prm_trainer", "", 0, false) == doctest::Approx(std::tanh((right - wrong) / 2)));
  CHECK_THROWS_WITH_AS(value("prm_trainer", "label", 2, false),
                       doctest::Contains("`label` is 2, but the head `score` has 2 outputs"), BadInput);
  CHECK_THROWS_WITH_AS(value("rlhflow", "label", 0, false), doctest::Contains("`label` names an output of a head"),
                       BadInput);
}

TEST_CASE("what a layout says can be said otherwise") {
  const Conversation conversation("How many?", {"a", "b"});
  const auto shown = [&](const char* key, const char* text) {
    auto settings = in_layout("math_shepherd");
    settings.set(key, text);
    const auto model = reward("math_shepherd", std::move(settings));
    Watcher watcher;
    model->score(std::vector{conversation.states[1]});
    return base_model("math_shepherd")->decode(std::span(watcher.read.at(0).tokens).subspan(1));
  };
  CHECK(shown("question", "{question} ") == "How many? Step 1: a \u043a\u0438\nStep 2: b \u043a\u0438");
  CHECK(shown("question", "Q: {question}\n") == "Q: How many?\nStep 1: a \u043a\u0438\nStep 2: b \u043a\u0438");
  CHECK(shown("message", "{role} {{{number}}}: {message} ") ==
        "How many? solver {1}: a \u043a\u0438\nsolver {2}: b \u043a\u0438");
  CHECK(shown("between", "|") == "How many? Step 1: a \u043a\u0438|Step 2: b \u043a\u0438");
  CHECK(shown("mark", "#") == "How many? Step 1: a #\nStep 2: b #");
  auto same = in_layout("rlhflow");
  same.set("bad", "+");
  CHECK_THROWS_WITH_AS(reward("rlhflow", std::move(same)), doctest::Contains("end with one token"), BadInput);
  Settings wrong;
  wrong.set("message", "{text}").set("question", "{message}").set("good", "");
  testing::built_plugin(ValueModel::kind, "published_reward").describe(wrong);
  const auto rejections = wrong.rejections();
  REQUIRE(rejections.size() == 3);
  CHECK(rejections[0].starts_with("question: has {message} at line 1, column 1, which is no place; known: {question}"));
  CHECK(rejections[1].starts_with("message: has {text} at line 1"));
  CHECK(rejections[2] == "good: must not be empty");
}

TEST_CASE("states without messages are worth 0, in the order of the states") {
  const Conversation conversation("How many?", kMessages);
  const State root{.problem = &conversation.problem, .topology = &conversation.topology, .transcript = Transcript()};
  const auto model = reward("skywork_prm");
  const auto values = model->score(std::vector{conversation.states[1], root, conversation.states[0]});
  CHECK(values[1].mean == 0);
  CHECK(values[0].mean == model->score(conversation.states)[1].mean);
  CHECK(values[2].mean == model->score(conversation.states)[0].mean);
  CHECK(values[0].mean != values[2].mean);
}
