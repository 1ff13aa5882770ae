#include <cmath>

#include "base/utf8.hpp"
#include "conformance/suites.hpp"

namespace espalier::conformance {
namespace {

Problem problem() {
  return {.id = "conformance", .question = "Ann has 3 pears and eats 1. How many are left?", .attributes = {}};
}

Turn turn() {
  return {.node = 1,
          .role = "solver",
          .inbox = {{kQuestion, problem().question, "question"},
                    {0, "Take 1 from 3: \xCF\x80 \xF0\x9F\x8D\x90", "planner"}},
          .round = 2};
}

std::vector<Message> speak(Agent& agent, const Turn& at, int first, int count) {
  auto messages = agent.speak(problem(), at, {.key = Key{3, 5}, .first = first, .count = count});
  expect(messages.size() == static_cast<std::size_t>(count),
         "asked for " + std::to_string(count) + " candidates, got " + std::to_string(messages.size()));
  return messages;
}

void expect_same(const Message& one, const Message& other, const std::string& otherwise) {
  expect(one.text == other.text && one.tokens == other.tokens && one.logprobs == other.logprobs, otherwise);
}

void expect_sound(const Message& message) {
  expect(base::is_utf8(message.text), "a text is no valid UTF-8");
  expect(message.logprobs.empty() || message.tokens.empty() || message.logprobs.size() == message.tokens.size(),
         std::to_string(message.tokens.size()) + " tokens have " + std::to_string(message.logprobs.size()) +
             " log-probabilities");
  for (const float logprob : message.logprobs)
    expect(std::isfinite(logprob) && logprob < 1e-3F, "a log-probability is above 0");
}

}  // namespace

void check_agent(Fixture& fixture, Report& report) {
  const auto agent = fixture.create<Agent>();
  report.property("answers with as many candidates as asked for", [&] {
    for (const int count : {1, 2, 5}) speak(*agent, turn(), 0, count);
  });
  report.property("answers an empty inbox", [&] { speak(*agent, Turn{.node = 0, .role = "solver"}, 0, 2); });
  report.property("says valid UTF-8 with a log-probability for every token", [&] {
    for (const auto& message : speak(*agent, turn(), 0, 8)) expect_sound(message);
  });
  report.property("candidate k alone is candidate k in a batch", [&] {
    const auto all = speak(*agent, turn(), 0, 6);
    for (int k = 0; k < 6; ++k) {
      expect_same(speak(*agent, turn(), k, 1).front(), all[static_cast<std::size_t>(k)],
                  "candidate " + std::to_string(k) + " differs");
    }
  });
  report.property("two agents made alike say the same", [&] {
    expect_same(speak(*fixture.create<Agent>(), turn(), 1, 1).front(), speak(*agent, turn(), 1, 1).front(),
                "they differ");
  });
  report.property("shows the same prompt every time", [&] {
    const auto one = agent->prompt(problem(), turn());
    const auto other = agent->prompt(problem(), turn());
    expect(one.has_value() == other.has_value(), "a prompt comes and goes");
    if (!one) return;
    expect(!one->messages.empty(), "the prompt is empty");
    for (std::size_t i = 0; i < one->messages.size(); ++i)
      expect(one->messages[i].text == other->messages.at(i).text, "the prompts differ");
  });
  if (fixture.schema().find("max_tokens") == nullptr) return;
  report.property("keeps to its token limit", [&] {
    host::Node patch;
    patch.set("max_tokens", host::Node(1));
    for (const auto& message : speak(*fixture.create<Agent>(patch), turn(), 0, 4)) {
      expect(message.tokens.size() <= 1,
             "1 token was allowed, " + std::to_string(message.tokens.size()) + " were said");
    }
  });
}

}  // namespace espalier::conformance
