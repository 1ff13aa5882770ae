#include <doctest/doctest.h>

#include <cmath>
#include <espalier/runtime.hpp>
#include <espalier/value_model.hpp>

#include "conformance/toy_episode.hpp"
#include "support/built_plugin.hpp"

using namespace espalier;
using espalier::testing::create;
using espalier::testing::Settings;

namespace {

const Problem kProblem{.id = "p", .question = "q", .attributes = {}};

/// A state after messages with the given log-probabilities per token.
State state(const std::vector<std::vector<float>>& messages, std::optional<double> reward = {}) {
  Transcript transcript(Key{3, 4});
  for (const auto& logprobs : messages) {
    Message message;
    message.node = transcript.depth();
    message.text = "message " + std::to_string(logprobs.size());
    message.logprobs = logprobs;
    transcript = transcript.extended(std::move(message), 0);
  }
  State made{.problem = &kProblem, .transcript = transcript, .reward = reward};
  if (!reward) made.next = Turn{};
  return made;
}

double value(ValueModel& model, const State& of) { return model.score(std::vector{of}).front().mean; }

std::shared_ptr<ValueModel> likelihood(const char* per, const char* scope, bool raw = false) {
  Settings settings;
  settings.set("per", per).set("scope", scope).set("raw", Settings::Value(raw));
  return create<ValueModel>("likelihood", settings);
}

/// Says the same of every state, and how sure it is.
class Unsure final : public ValueModel {
 public:
  explicit Unsure(Value value) : value_(value) {}
  std::vector<Value> score(std::span<const State> states) override { return {states.size(), value_}; }

 private:
  Value value_;
};

Value bounded(Value value, double deviations) {
  Settings settings;
  settings.give("value", std::make_shared<Unsure>(value)).set("deviations", Settings::Value(deviations));
  return create<ValueModel>("bound", settings)->score(std::vector{state({{-1}})}).front();
}

/// Counts what it is asked; the value is the length of the newest text in hundredths.
class Counting final : public ValueModel {
 public:
  std::vector<Value> score(std::span<const State> states) override {
    asked += static_cast<int>(states.size());
    std::vector<Value> values;
    for (const auto& of : states)
      values.push_back({.mean = static_cast<double>(of.transcript.last().logprobs.size()) / 100});
    return values;
  }
  int asked = 0;
};

/// Counts what is charged on this thread while it lives.
class Till final : public Scheduler {
 public:
  Till() : before_(exchange_scheduler(this)) {}
  ~Till() override { exchange_scheduler(before_); }

  Finished await(Backend&, Work) override { throw std::logic_error("nothing here waits"); }
  void offload(const std::function<void()>& blocking) override { blocking(); }
  void together(std::span<const std::function<void()>> tasks) override {
    for (const auto& task : tasks) task();
  }
  Charge charged(const std::function<void()>& scoring) override {
    const auto before = tokens;
    scoring();
    return {.tokens = tokens - before};
  }
  void charge(const Charge& charge) override { tokens += charge.tokens; }

  std::int64_t tokens = 0;

 private:
  Scheduler* before_;
};

/// Charges a token for each of the state's, and 100 more for the first of siblings.
class Charging final : public ValueModel {
 public:
  std::vector<Value> score(std::span<const State> states) override {
    for (const auto& of : states) {
      const auto own = static_cast<std::int64_t>(of.transcript.last().logprobs.size());
      charge({.tokens = own + (of.transcript.candidate() == 0 ? 100 : 0)});
    }
    return std::vector<Value>(states.size());
  }
};

}  // namespace

TEST_CASE("uniform gives the value it was given") {
  Settings settings;
  settings.set("value", Settings::Value(0.25));
  const auto uniform = create<ValueModel>("uniform", settings);
  const auto values = uniform->score(std::vector{state({}), state({{-1}})});
  REQUIRE(values.size() == 2);
  CHECK(values[1].mean == 0.25);
  CHECK(uniform->score({}).empty());
}

TEST_CASE("reference is the reward at terminals and 0 before, and says that it is an oracle") {
  const auto reference = create<ValueModel>("reference");
  CHECK(value(*reference, state({{-1}})) == 0);
  CHECK(value(*reference, state({{-1}}, 1.0)) == 1);
  CHECK(value(*reference, state({{-1}}, -1.0)) == -1);
  State blind = state({{-1}}, 1.0);
  blind.reward.reset();
  CHECK_THROWS_AS(value(*reference, blind), std::logic_error);
  Settings none;
  CHECK(std::any_cast<ValueModel::Facts>(testing::built_plugin(ValueModel::kind, "reference").facts(none)).oracle);
}

TEST_CASE("likelihood of the newest message and of the path, mean and sum") {
  const State two = state({{-1.0F, -3.0F}, {-0.5F}});
  CHECK(value(*likelihood("mean", "message"), two) == doctest::Approx(2 * std::exp(-0.5) - 1));
  CHECK(value(*likelihood("mean", "path"), two) == doctest::Approx(2 * std::exp(-1.5) - 1));
  CHECK(value(*likelihood("sum", "message"), two) == doctest::Approx((20 - 0.5) / (20 + 0.5)));
  CHECK(value(*likelihood("sum", "path"), two) == doctest::Approx((20 - 4.5) / (20 + 4.5)));
  CHECK(value(*likelihood("sum", "path", true), two) == doctest::Approx(-4.5));
  CHECK(value(*likelihood("mean", "path", true), two) == doctest::Approx(-1.5));
  CHECK(value(*likelihood("mean", "path"), state({})) == 0);
}

TEST_CASE("the total likelihood keeps the order of very long messages") {
  const auto model = likelihood("sum", "path");
  double above = 1;
  for (const float total : {-10.F, -100.F, -1000.F, -2000.F, -20000.F, -20001.F}) {
    const double found = value(*model, state({{total}}));
    CHECK(found < above);
    CHECK(found > -1);
    above = found;
  }
}

TEST_CASE("bound adds deviations to the mean, and stays among values") {
  CHECK(bounded({.mean = 0.5, .deviation = 0.2}, -1.5).mean == doctest::Approx(0.2));
  CHECK(bounded({.mean = 0.5, .deviation = 0.2}, 1).mean == doctest::Approx(0.7));
  CHECK(bounded({.mean = 0.5, .deviation = 0.2}, 1).deviation == 0.2);
  CHECK(bounded({.mean = 0.5, .deviation = 0.4}, 2).mean == 1);
  CHECK(bounded({.mean = -0.5, .deviation = 0.4}, -2).mean == -1);
  CHECK(bounded({.mean = 0.5, .deviation = 0}, -100).mean == 0.5);
}

TEST_CASE("mix takes the errors of its two models as independent") {
  Settings settings;
  settings.give("process", std::make_shared<Unsure>(Value{.mean = 0.5, .deviation = 0.3}))
      .give("outcome", std::make_shared<Unsure>(Value{.mean = -0.5, .deviation = 0.4}))
      .set("lambda", Settings::Value(0.5));
  const auto values = create<ValueModel>("mix", settings)->score(std::vector{state({{-1}}), state({{-1}}, 1.0)});
  CHECK(values[0].deviation == 0.3);
  CHECK(values[1].mean == doctest::Approx(0));
  CHECK(values[1].deviation == doctest::Approx(0.25));
}

TEST_CASE("mix asks the outcome model at terminals only") {
  const auto outcome = std::make_shared<Counting>();
  Settings uniform;
  uniform.set("value", Settings::Value(0.5));
  Settings settings;
  settings.give("process", create<ValueModel>("uniform", uniform))
      .give("outcome", outcome)
      .set("lambda", Settings::Value(0.25));
  const auto mix = create<ValueModel>("mix", settings);
  const auto values = mix->score(std::vector{state({{-1}}), state({{-1, -1}}, 1.0), state({{-1}})});
  CHECK(values[0].mean == 0.5);
  CHECK(values[1].mean == doctest::Approx(0.75 * 0.5 + 0.25 * 0.02));
  CHECK(values[2].mean == 0.5);
  CHECK(outcome->asked == 1);
}

TEST_CASE("cached asks once for each distinct state and forgets the least recently used") {
  const auto inner = std::make_shared<Counting>();
  Settings settings;
  settings.give("value", inner).set("capacity", 2);
  const auto cached = create<ValueModel>("cached", settings);
  const State one = state({{-1}});
  const State two = state({{-1, -2}});
  const State three = state({{-1, -2, -3}});
  const auto values = cached->score(std::vector{one, two, one});
  CHECK(inner->asked == 2);
  CHECK(values[0].mean == 0.01);
  CHECK(values[1].mean == 0.02);
  CHECK(values[2].mean == 0.01);

  CHECK(value(*cached, state({{-1}})) == 0.01);  // the same content at another position
  CHECK(inner->asked == 2);
  CHECK(value(*cached, three) == 0.03);  // two is the least recently used
  CHECK(inner->asked == 3);
  CHECK(value(*cached, one) == 0.01);
  CHECK(inner->asked == 3);
  CHECK(value(*cached, two) == 0.02);
  CHECK(inner->asked == 4);
  CHECK(cached->score({}).empty());
}

TEST_CASE("cached charges what the inner model would, whoever came first and whatever was forgotten") {
  const State one = state({{-1}});
  const State two = state({{-1, -2}});
  State later = one;  // says the same as a second candidate
  later.transcript = Transcript(Key{3, 4}).extended(Message(one.transcript.last()), 1);
  const std::vector<std::vector<State>> asked{{one, two, one}, {two}, {later, one}, {later}};
  const auto charged_for = [&](ValueModel& model) {
    const Till till;
    for (const auto& states : asked) model.score(states);
    return till.tokens;
  };
  const auto inner = std::make_shared<Charging>();
  const auto expected = charged_for(*inner);
  CHECK(expected == 5 * 100 + 5 * 1 + 2 * 2);
  for (const int capacity : {1, 2, 100}) {
    CAPTURE(capacity);
    Settings settings;
    settings.give("value", inner).set("capacity", capacity);
    CHECK(charged_for(*create<ValueModel>("cached", settings)) == expected);
  }
}
