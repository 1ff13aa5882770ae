#include <doctest/doctest.h>

#include <algorithm>
#include <espalier/agent.hpp>

#include "support/built_plugin.hpp"

using namespace espalier;
using espalier::testing::create;
using espalier::testing::Settings;

namespace {

const Problem kProblem{.id = "p", .question = "How many?", .attributes = {}};
const Turn kTurn{
    .node = 2,
    .role = "solver",
    .inbox = {{kQuestion, "How many?", "question"}, {0, "  Given: 3  ", "reader"}, {1, "Steps", "planner"}}};

/// Remembers what it was asked and answers "k" for candidate k.
class Parrot final : public LanguageModel {
 public:
  std::vector<Completion> generate(const Request& request) override {
    asked = request;
    std::vector<Completion> completions;
    for (int k = request.first; k < request.first + request.count; ++k) {
      completions.push_back({.text = std::to_string(k), .tokens = {k}, .logprobs = {-0.5F}, .finish = Finish::length});
    }
    return completions;
  }
  int tokens(std::string_view) const override { return 1; }
  std::shared_ptr<BaseModel> base_model() override { return nullptr; }
  Request asked;
};

std::vector<std::string> texts(Agent& agent, const Draw& draw, const Turn& turn = kTurn) {
  std::vector<std::string> all;
  for (auto& message : agent.speak(kProblem, turn, draw)) all.push_back(message.text);
  return all;
}

std::vector<std::string> rejections(std::string_view name, Settings settings) {
  testing::built_plugin(Agent::kind, name).describe(settings);
  return settings.rejections();
}

}  // namespace

TEST_CASE("echo repeats what it heard last, or the question") {
  Settings settings;
  settings.set("prefix", "echo: ");
  const auto echo = create<Agent>("echo", settings);
  CHECK(texts(*echo, {.first = 1, .count = 2}) == std::vector<std::string>{"echo: Steps", "echo: Steps"});
  CHECK(texts(*echo, {}, Turn{}) == std::vector<std::string>{"echo: How many?"});
}

TEST_CASE("scripted cycles through replies by candidate and knows roles") {
  Settings settings;
  settings.set("replies", std::vector<std::string>{"a {question}", "b {from:reader}", "c"});
  settings.add("roles", "judge").set("replies", std::vector<std::string>{"as {role}: {inbox}"});
  const auto scripted = create<Agent>("scripted", settings);
  CHECK(texts(*scripted, {.first = 1, .count = 4}) ==
        std::vector<std::string>{"b   Given: 3", "c", "a How many?", "b   Given: 3"});
  Turn judge = kTurn;
  judge.role = "judge";
  CHECK(texts(*scripted, {.first = 5}, judge) ==
        std::vector<std::string>{"as judge: How many?\n\n  Given: 3  \n\nSteps"});
}

TEST_CASE("scripted draws by weight, each candidate by the key alone") {
  Settings settings;
  settings.set("replies", std::vector<std::string>{"never", "rare", "often"})
      .set("weights", std::vector<double>{0, 1, 3});
  const auto scripted = create<Agent>("scripted", settings);
  const auto all = texts(*scripted, {.key = Key{5, 6}, .first = 0, .count = 4000});
  const auto often = std::count(all.begin(), all.end(), "often");
  CHECK(std::count(all.begin(), all.end(), "never") == 0);
  CHECK(often > 2850);  // 3000 expected, standard deviation 27
  CHECK(often < 3150);
  CHECK(texts(*scripted, {.key = Key{5, 6}, .first = 17}).front() == all[17]);
}

TEST_CASE("scripted without replies passes on what it received") {
  const auto scripted = create<Agent>("scripted");
  CHECK(texts(*scripted, {}).front() == "How many?\n\n  Given: 3  \n\nSteps");
}

TEST_CASE("faulty scripts are rejected") {
  Settings uneven;
  uneven.set("replies", std::vector<std::string>{"a", "b"}).set("weights", std::vector<double>{1});
  CHECK(rejections("scripted", std::move(uneven)) ==
        std::vector<std::string>{"weights: must have one number per reply: 2, got 1"});
  Settings unknown;
  unknown.set("replies", std::vector<std::string>{"a", "\\boxed{{answer}} {quesiton}"});
  CHECK(
      rejections("scripted", std::move(unknown)) ==
      std::vector<std::string>{
          "replies[1]: has {quesiton} at line 1, column 18, which is no place; known: {from:NAME}, {inbox}, {question}, "
          "{role}; braces of the text are written {{ and }}"});
}

TEST_CASE("the language model agent shows the model what it received") {
  const auto model = std::make_shared<Parrot>();
  Settings settings;
  settings.give<LanguageModel>("model", model)
      .set("system", "You are the {role}.")
      .set("max_tokens", 7)
      .set("top_k", 5);
  settings.set("temperature", Settings::Value(0.7)).set("stop", std::vector<std::string>{"\n\n"});
  const auto agent = create<Agent>("language_model", settings);
  const auto messages = agent->speak(kProblem, kTurn, {.key = Key{8, 9}, .first = 2, .count = 2, .top_p = 0.9});

  REQUIRE(messages.size() == 2);
  CHECK(messages[1].text == "3");
  CHECK(messages[1].tokens == std::vector<std::int32_t>{3});
  CHECK(messages[1].logprobs == std::vector<float>{-0.5F});
  CHECK(messages[1].finish == Finish::length);

  CHECK(model->asked.key == Key{8, 9});
  CHECK(model->asked.first == 2);
  CHECK(model->asked.sampling.temperature == 0.7);
  CHECK(model->asked.sampling.top_p == 0.9);  // the draw overrides the agent's own
  CHECK(model->asked.sampling.top_k == 5);
  CHECK(model->asked.sampling.max_tokens == 7);
  CHECK(model->asked.sampling.stop == std::vector<std::string>{"\n\n"});
  const auto& chat = model->asked.chat.messages;
  REQUIRE(chat.size() == 2);
  CHECK(chat[0].role == ChatMessage::Role::system);
  CHECK(chat[0].text == "You are the solver.");
  CHECK(chat[1].role == ChatMessage::Role::user);
  CHECK(chat[1].text == "How many?\n\n  Given: 3  \n\nSteps");
}

TEST_CASE("the template of a language model agent names what it wants") {
  Settings settings;
  settings.give<LanguageModel>("model", std::make_shared<Parrot>());
  settings.set("template", " Plan: {from:planner}; by {from:nobody}. End with \\boxed{{answer}}. {question}\n");
  const auto agent = create<Agent>("language_model", settings);
  const auto chat = agent->prompt(kProblem, kTurn);
  REQUIRE(chat);
  REQUIRE(chat->messages.size() == 1);
  CHECK(chat->messages[0].text == "Plan: Steps; by . End with \\boxed{answer}. How many?");

  Settings wrong;
  wrong.set("template", "{inbux}");
  CHECK(
      rejections("language_model", std::move(wrong)) ==
      std::vector<std::string>{
          "template: has {inbux} at line 1, column 1, which is no place; known: {from:NAME}, {inbox}, {question}, {role}; "
          "braces of the text are written {{ and }}"});
}
