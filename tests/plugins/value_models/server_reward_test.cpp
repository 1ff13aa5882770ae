#include <doctest/doctest.h>

#include <cmath>
#include <espalier/machine_failure.hpp>
#include <espalier/value_model.hpp>

#include "http/client.hpp"
#include "server_reward/scores.hpp"
#include "support/built_plugin.hpp"
#include "support/model_server.hpp"

using namespace espalier;
using espalier::testing::Asked;
using espalier::testing::Fault;
using espalier::testing::ModelServer;
using espalier::testing::Settings;
using server_reward::read_scores;
using server_reward::Rows;

namespace {

const Problem kProblem{.id = "p", .question = "what is 3 + 4?", .attributes = {}};

State state(const std::vector<std::string>& messages) {
  Transcript transcript(Key{3, 4});
  for (const auto& text : messages) transcript = transcript.extended({.node = transcript.depth(), .text = text}, 0);
  return {.problem = &kProblem, .transcript = transcript};
}

/// Scores two messages with a server that gives `reply`.
double value(const std::string& reply, const std::function<void(Settings&)>& change, Asked* asked = nullptr) {
  ModelServer server([&](int, const Asked&) { return Fault{.kind = Fault::Kind::status, .text = reply}; });
  Settings settings;
  settings.set("model", "prm").set("url", server.url().c_str()).set("retries", 0);
  change(settings);
  const auto model = testing::create<ValueModel>("server_reward", settings);
  const std::vector states{state({}), state({"a", "b"})};
  const auto values = model->score(states);
  if (asked != nullptr) *asked = server.asked().at(0);
  CHECK(server.count() == 1);  // where nothing was said nothing is asked
  CHECK(values[0].mean == 0);
  return values[1].mean;
}

}  // namespace

TEST_CASE("each server is asked in its own way, and its outputs become values") {
  Asked asked;
  const std::string steps = R"({"data": [{"index": 0, "data": [[0.9, 0.1], [0.25, 0.75]]}]})";
  CHECK(value(
            steps, [](Settings& s) { s.set("step_mark", "<extra_0>"); }, &asked) == doctest::Approx(0.5));
  CHECK(asked.path == "/v1/pooling");
  CHECK(asked.body.at("messages").dump() ==
        R"([{"content":"what is 3 + 4?","role":"user"},{"content":"a<extra_0>\n\nb<extra_0>","role":"assistant"}])");
  CHECK(value(steps, [](Settings& s) { s.set("take", "min"); }) == doctest::Approx(-0.8));
  CHECK(value(steps, [](Settings& s) { s.set("take", "mean").set("output", 0); }) == doctest::Approx(0.15));
  CHECK(value(steps, [](Settings& s) { s.set("take", "product"); }) == doctest::Approx(-0.85));
  const std::string classes = R"({"data": [{"label": "LABEL_1", "probs": [0.2, 0.8]}]})";
  const auto classify = [](Settings& s) { s.set("api", "vllm_classify").set("text", "Q {question} A {steps}"); };
  CHECK(value(classes, classify, &asked) == doctest::Approx(0.6));
  CHECK(asked.path == "/v1/classify");
  CHECK(asked.body.at("input") == "Q what is 3 + 4? A a\n\nb");
  const auto sglang = [](Settings& s) { s.set("api", "sglang_classify").set("scale", "logit"); };
  CHECK(value(R"([{"embedding": [1.5]}])", sglang, &asked) == doctest::Approx(2 / (1 + std::exp(-1.5)) - 1));
  CHECK(asked.body.at("text") == "what is 3 + 4?\n\na\n\nb");
  CHECK(value(R"([{"embedding": [-7.5]}])", [](Settings& s) { s.set("scale", "raw"); }) == -7.5);
}

TEST_CASE("outputs that cannot be what they are said to be are errors") {
  CHECK_THROWS_WITH(value(R"([{"embedding": [3.5]}])", [](Settings&) {}),
                    "the server's output 3.500000 is no probability: set scale to \"logit\" or \"raw\"");
  CHECK_THROWS_WITH(value(R"([{"embedding": [0.5]}])", [](Settings& s) { s.set("output", 2); }),
                    "the server gives 1 outputs; there is no output 2");
  CHECK_THROWS_AS(value("{}", [](Settings&) {}), MachineFailure);
  CHECK_THROWS_WITH_AS(value("{}", [](Settings& s) { s.set("text", "{answer}"); }), doctest::Contains("text: "),
                       std::invalid_argument);
}

TEST_CASE("scores are read, or the reply is unreadable") {
  CHECK(read_scores(R"({"data": [{"data": 0.5}, {"data": [1]}], "x": 1})").size() == 1);
  CHECK(read_scores(R"([{"embedding": [1, 2]}])") == Rows{{1, 2}});
  for (const char* body : {"", "7", "[]", "{}", R"({"data": []})", R"([{"embedding": []}])", R"([{"embedding": [[]]}])",
                           R"([{"embedding": [[1], [1, 2]]}])", R"([{"embedding": ["x"]}])",
                           R"([{"embedding": [null]}])", R"({"error": {"message": "no"}})", "[[[[[["}) {
    CHECK_THROWS_AS(static_cast<void>(read_scores(body)), http::Unreadable);
  }
}
