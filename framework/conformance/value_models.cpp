#include <cmath>

#include "conformance/suites.hpp"
#include "conformance/toy_episode.hpp"

namespace espalier::conformance {
namespace {

constexpr double kTolerance = 1e-4;

/// States of all depths, terminals with rewards among them; texts are words, so that any tokenizer can read them.
std::vector<State> states(testing::ToyEpisode& episode) {
  std::vector<State> all;
  std::vector<State> open{episode.root()};
  while (!open.empty()) {
    std::vector<State> next;
    for (const auto& children : episode.expand(open, {.first = 0, .count = 2}))
      next.insert(next.end(), children.begin(), children.end());
    all.insert(all.end(), next.begin(), next.end());
    std::erase_if(next, [](const State& state) { return state.terminal(); });
    open = std::move(next);
  }
  return all;
}

testing::ToyRules rules() {
  testing::ToyRules rules{.gold = "take 1 so 2 left so 2 left"};
  rules.speak = [](const State& state, int candidate) {
    Message message;
    message.text = candidate == 0 ? "take 1" : "so 2 left";
    for (int token = 0; token < 3; ++token) {
      message.tokens.push_back(10 * state.transcript.depth() + token);
      message.logprobs.push_back(-0.1F * static_cast<float>(candidate + token));
    }
    return message;
  };
  return rules;
}

void expect_close(const Value& one, const Value& other, const std::string& otherwise) {
  expect(std::abs(one.mean - other.mean) <= kTolerance, otherwise);
}

}  // namespace

void check_value_model(Fixture& fixture, Report& report) {
  const auto model = fixture.create<ValueModel>();
  testing::ToyEpisode episode(rules());
  const auto all = states(episode);
  std::vector<Value> values;
  const bool raw = fixture.facts<ValueModel>().raw;
  report.property(raw ? "gives one finite value per state" : "gives one finite value in [-1, 1] per state", [&] {
    values = model->score(all);
    expect(values.size() == all.size(),
           std::to_string(all.size()) + " states, " + std::to_string(values.size()) + " values");
    for (const auto& value : values) {
      expect(
          std::isfinite(value.mean) && (raw || std::abs(value.mean) <= 1),
          "a value is " + std::to_string(value.mean) + (raw ? "" : "; one that may be beyond is `raw` by its facts"));
      expect(std::isfinite(value.deviation) && value.deviation >= 0,
             "a deviation is " + std::to_string(value.deviation));
    }
    expect(model->score({}).empty(), "no states, but values");
  });
  if (values.size() != all.size()) return;
  report.property("scores a state alone as it does among others", [&] {
    for (std::size_t i = 0; i < all.size(); ++i) {
      expect_close(model->score(std::span(&all[i], 1)).front(), values[i],
                   "state " + all[i].transcript.path() + " differs");
    }
  });
  report.property("scores in the order of the states", [&] {
    const std::vector<State> turned(all.rbegin(), all.rend());
    const auto back = model->score(turned);
    for (std::size_t i = 0; i < all.size(); ++i) {
      expect_close(back[all.size() - 1 - i], values[i], "turned round, state " + all[i].transcript.path() + " differs");
    }
  });
  report.property("two value models made alike score alike", [&] {
    const auto others = fixture.create<ValueModel>()->score(all);
    for (std::size_t i = 0; i < all.size(); ++i)
      expect_close(others[i], values[i], "state " + all[i].transcript.path() + " differs");
  });
  if (fixture.facts<ValueModel>().oracle) return;
  report.property("does not look at the true reward, not being an oracle", [&] {
    auto blind = all;
    for (auto& state : blind) state.reward.reset();
    const auto others = model->score(blind);
    for (std::size_t i = 0; i < all.size(); ++i)
      expect_close(others[i], values[i], "state " + all[i].transcript.path() + " differs");
  });
}

}  // namespace espalier::conformance
