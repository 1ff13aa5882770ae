#include <doctest/doctest.h>

#include <cmath>
#include <espalier/kit/search/line_values.hpp>
#include <espalier/search.hpp>

#include "conformance/toy_episode.hpp"
#include "support/built_plugin.hpp"

using namespace espalier;
using espalier::testing::create;
using espalier::testing::Row;
using espalier::testing::Settings;
using espalier::testing::ToyEpisode;
using espalier::testing::ToyRules;

namespace {

/// The first text decides: 0.1 for candidate 0, 0.2 for candidate 1, and so on; falls by 0.05 per further turn.
class Rising final : public ValueModel {
 public:
  std::vector<Value> score(std::span<const State> states) override {
    std::vector<Value> values;
    for (const auto& state : states) {
      const auto messages = state.transcript.messages();
      values.push_back(
          {.mean = 0.1 * (std::stod(messages.front()->text) + 1) - 0.05 * static_cast<double>(messages.size() - 1)});
    }
    return values;
  }
};

/// The second candidate of a turn is likely better, and surely not known.
class Gambling final : public ValueModel {
 public:
  std::vector<Value> score(std::span<const State> states) override {
    std::vector<Value> values;
    for (const auto& state : states) {
      const bool gamble = state.transcript.last().text == "1";
      values.push_back({.mean = gamble ? 0.3 : 0.2, .deviation = gamble ? 0.4 : 0.05});
    }
    return values;
  }
};

std::string said(const ToyEpisode& episode, const Outcome& outcome) {
  return outcome.chosen ? episode.answer(*outcome.chosen)->text : "none";
}

std::shared_ptr<Search> search(const char* name, Settings& settings, std::shared_ptr<ValueModel> value = nullptr) {
  if (value) settings.give("value", std::move(value));
  return create<Search>(name, settings);
}

}  // namespace

TEST_CASE("a single pass takes candidate 0 at every turn") {
  ToyEpisode episode({});
  Settings none;
  const auto outcome = search("single_pass", none)->solve(episode);
  CHECK(said(episode, outcome) == "0 0 0");
  CHECK(outcome.stopped == "done");
  CHECK(outcome.ranked.size() == 1);
  CHECK(episode.calls == 3);

  ToyEpisode poor({.budget = 2});
  const auto nothing = search("single_pass", none)->solve(poor);
  CHECK_FALSE(nothing.chosen);
  CHECK(nothing.stopped == "budget");
}

TEST_CASE("passes are candidates of the first turn and go on with candidate 0") {
  ToyEpisode episode({});
  Settings settings;
  settings.set("n", 4);
  const auto outcome = search("best_of", settings, std::make_shared<Rising>())->solve(episode);
  CHECK(said(episode, outcome) == "3 0 0");
  CHECK(outcome.ranked.size() == 4);
  CHECK(outcome.ranked[1].state.transcript.path() == "2.0.0");
  CHECK(outcome.ranked[0].score == doctest::Approx(0.3));
  CHECK(episode.calls == 12);
  CHECK(episode.scored == 4);
}

TEST_CASE("a small budget is spent on passes that can be finished") {
  for (int budget = 0; budget <= 13; ++budget) {
    CAPTURE(budget);
    ToyEpisode episode({.budget = budget});
    Settings settings;
    settings.set("n", 4);
    const auto outcome = search("best_of", settings, std::make_shared<Rising>())->solve(episode);
    CHECK(outcome.ranked.size() == static_cast<std::size_t>(std::min(budget / 3, 4)));
    CHECK(outcome.stopped == (budget < 12 ? "budget" : "done"));
  }
}

TEST_CASE("values along a line make one") {
  const std::vector<double> values = {0.5, -0.5, 0.0};
  CHECK(aggregate(values, Aggregate::last) == 0.0);
  CHECK(aggregate(values, Aggregate::min) == -0.5);
  CHECK(aggregate(values, Aggregate::mean) == doctest::Approx(0.0));
  CHECK(aggregate(values, Aggregate::product) == doctest::Approx(2 * (0.75 * 0.25 * 0.5) - 1));
  CHECK(aggregate({-1.0, 1.0}, Aggregate::product) == doctest::Approx(2e-6 - 1));

  ToyEpisode episode({});
  Settings settings;
  settings.set("n", 2).set("aggregate", "mean");
  const auto outcome = search("best_of", settings, std::make_shared<Rising>())->solve(episode);
  CHECK(outcome.ranked[0].score == doctest::Approx(0.15));  // 0.2, 0.15, 0.1
  CHECK(episode.scored == 6);
}

TEST_CASE("a vote clusters by meaning and breaks ties for whoever came first") {
  const auto votes = [](std::vector<std::string> answers, std::shared_ptr<ValueModel> value = nullptr) {
    ToyRules rules{.topology = std::make_shared<Row>(2)};
    rules.read = [answers](const std::string& text) -> std::optional<Answer> {
      const std::string& answer = answers.at(static_cast<std::size_t>(text.front() - '0'));
      if (answer.empty()) return std::nullopt;
      return Answer{.text = answer, .canonical = answer, .rule = "table"};
    };
    ToyEpisode episode(rules);
    Settings settings;
    settings.set("n", static_cast<int>(answers.size()));
    const auto outcome = search("vote", settings, std::move(value))->solve(episode);
    REQUIRE(outcome.chosen);
    CHECK(outcome.ranked.size() == answers.size());
    return outcome.chosen->transcript.path();
  };
  CHECK(votes({"x", "y", "y"}) == "1.0");
  CHECK(votes({"x", "y", "y", "x"}) == "0.0");
  CHECK(votes({"", "", "", "y"}) == "3.0");
  CHECK(votes({"", ""}) == "0.0");
  // By value 0.05, 0.15, 0.25, ... each vote weighs (1 + V) / 2; the representative is the one of the greatest value.
  CHECK(votes({"x", "y", "y", "x"}, std::make_shared<Rising>()) == "3.0");
  CHECK(votes({"x", "x", "y"}, std::make_shared<Rising>()) == "1.0");
}

TEST_CASE("answers that agree vote together, though their forms differ, and chains of agreement do not") {
  // Answers are numbers; those that differ by at most 1 agree.
  const auto votes = [](std::vector<std::string> answers) {
    ToyRules rules{.topology = std::make_shared<Row>(1)};
    rules.read = [answers](const std::string& text) -> std::optional<Answer> {
      const std::string& answer = answers.at(static_cast<std::size_t>(text.front() - '0'));
      return Answer{.text = answer, .canonical = answer, .rule = "table"};
    };
    rules.agree = [](const Answer& one, const Answer& other) {
      return std::abs(std::stoi(one.text) - std::stoi(other.text)) <= 1;
    };
    ToyEpisode episode(rules);
    Settings settings;
    settings.set("n", static_cast<int>(answers.size()));
    const auto outcome = search("vote", settings)->solve(episode);
    std::string ranked;
    for (const auto& one : outcome.ranked)
      ranked += answers.at(static_cast<std::size_t>(one.state.transcript.path()[0] - '0')) + " ";
    return ranked + std::to_string(std::lround(100 * outcome.ranked[0].score));
  };
  CHECK(votes({"9", "1", "2"}) == "1 2 9 67");
  CHECK(votes({"9", "9", "1", "2", "2"}) == "1 2 2 9 9 60");
  CHECK(votes({"1", "2", "3"}) == "2 1 3 100");        // all agree with 2, so that it speaks for them
  CHECK(votes({"1", "2", "3", "4"}) == "2 1 3 4 75");  // a chain is no party of four
  CHECK(votes({"5", "1", "2", "3", "4", "6"}) == "5 4 6 2 1 3 50");
}

TEST_CASE("a beam draws B2 (1 + min(B1, B2) (D - 1)) messages") {
  for (const auto& [keep, candidates, turns, calls] :
       {std::tuple{1, 5, 4, 20}, std::tuple{3, 5, 4, 50}, std::tuple{1, 5, 3, 15}, std::tuple{3, 5, 3, 35},
        std::tuple{8, 2, 3, 2 + 4 + 8}}) {
    ToyEpisode episode({.topology = std::make_shared<Row>(turns)});
    Settings settings;
    settings.set("keep", keep).set("candidates", candidates);
    const auto outcome = search("beam", settings, create<ValueModel>("uniform"))->solve(episode);
    CHECK(episode.calls == calls);
    CHECK(episode.scored == calls);
    CHECK(outcome.ranked.size() == static_cast<std::size_t>(keep));
  }
}

TEST_CASE("a beam follows its value model and keeps the best lines") {
  /// Likes the texts 1 2 0 one after the other.
  class Taste final : public ValueModel {
   public:
    std::vector<Value> score(std::span<const State> states) override {
      std::vector<Value> values;
      for (const auto& state : states) {
        const auto at = static_cast<std::size_t>(state.transcript.depth() - 1);
        values.push_back({.mean = state.transcript.last().text == std::string(1, "120"[at]) ? 0.5 : 0.1});
      }
      return values;
    }
  };
  ToyEpisode episode({});
  Settings settings;
  settings.set("keep", 2).set("candidates", 3);
  const auto outcome = search("beam", settings, std::make_shared<Taste>())->solve(episode);
  CHECK(said(episode, outcome) == "1 2 0");
  REQUIRE(outcome.ranked.size() == 2);
  CHECK(outcome.ranked[1].state.transcript.path() == "0.2.0");
  CHECK(episode.notes.at("1.2.1").value == 0.1);
}

TEST_CASE("a search on a lower bound keeps to what is known") {
  const auto answer = [](std::shared_ptr<ValueModel> value) {
    ToyEpisode episode({});
    Settings settings;
    settings.set("keep", 1).set("candidates", 2);
    return said(episode, search("beam", settings, std::move(value))->solve(episode));
  };
  const auto gambling = std::make_shared<Gambling>();
  CHECK(answer(gambling) == "1 1 1");
  Settings cautious;
  cautious.give("value", std::shared_ptr<ValueModel>(gambling));
  CHECK(answer(create<ValueModel>("bound", cautious)) == "0 0 0");
}

TEST_CASE("finished lines stay in the beam and compete with longer ones") {
  /// Ends after one message that says 0, after three otherwise.
  class Uneven final : public Topology {
   public:
    const Graph& graph() const override { return row_.graph(); }
    std::optional<Turn> next(const Problem& problem, const Transcript& transcript) const override {
      if (!transcript.empty() && transcript.messages().front()->text == "0") return std::nullopt;
      return row_.next(problem, transcript);
    }
    std::string answer(const Problem& problem, const Transcript& transcript) const override {
      return row_.answer(problem, transcript);
    }

   private:
    Row row_{3};
  };
  class Early final : public ValueModel {
   public:
    explicit Early(double worth) : worth_(worth) {}
    std::vector<Value> score(std::span<const State> states) override {
      std::vector<Value> values;
      for (const auto& state : states)
        values.push_back({.mean = state.transcript.messages().front()->text == "0" ? worth_ : 0.5});
      return values;
    }

   private:
    double worth_;
  };
  for (const auto& [worth, answer] : {std::pair{0.9, "0"}, std::pair{0.1, "1 0 0"}}) {
    ToyEpisode episode({.topology = std::make_shared<Uneven>()});
    Settings settings;
    settings.set("keep", 2).set("candidates", 2);
    CHECK(said(episode, search("beam", settings, std::make_shared<Early>(worth))->solve(episode)) == answer);
  }
}

TEST_CASE("equal texts take one place in a beam") {
  ToyRules rules;
  rules.speak = [](const State&, int candidate) {
    Message message;
    message.text = candidate < 4 ? "same" : "other";
    return message;
  };
  ToyEpisode episode(rules);
  Settings settings;
  settings.set("keep", 2).set("candidates", 5);
  search("beam", settings, create<ValueModel>("uniform"))->solve(episode);
  CHECK(episode.notes.contains("4"));
  CHECK(episode.notes.contains("4.0"));
  CHECK_FALSE(episode.notes.contains("1"));
}

TEST_CASE("no search exceeds its budget, and each finishes a line when it can") {
  for (const char* name : {"single_pass", "best_of", "vote", "beam", "mcts"}) {
    for (int budget = 0; budget <= 60; ++budget) {
      CAPTURE(name);
      CAPTURE(budget);
      ToyEpisode episode({.topology = std::make_shared<Row>(4), .gold = "1 1 1 1", .budget = budget});
      Settings settings;
      settings.give("value", create<ValueModel>("uniform"));
      const auto outcome = create<Search>(name, settings)->solve(episode);
      CHECK(episode.calls <= budget);
      CHECK(outcome.chosen.has_value() == (budget >= 4));
      if (outcome.chosen) CHECK(outcome.chosen->terminal());
      CHECK_FALSE(outcome.stopped.empty());
    }
  }
}

TEST_CASE("calls that short trajectories leave over go to further passes") {
  /// Four turns by its facts, of which one is taken.
  class Uneven final : public Topology {
   public:
    const Graph& graph() const override { return row_.graph(); }
    std::optional<Turn> next(const Problem& problem, const Transcript& transcript) const override {
      if (!transcript.empty()) return std::nullopt;
      return row_.next(problem, transcript);
    }
    std::string answer(const Problem& problem, const Transcript& transcript) const override {
      return row_.answer(problem, transcript);
    }

   private:
    Row row_{4};
  };
  for (int budget = 3 + 4; budget <= 20; ++budget) {  // no pass is begun that could not take its four turns
    CAPTURE(budget);
    ToyEpisode episode({.topology = std::make_shared<Uneven>(), .budget = budget});
    Settings settings;
    settings.set("n", 4);
    const auto outcome = search("best_of", settings, std::make_shared<Rising>())->solve(episode);
    CHECK(outcome.ranked.size() == 4);
    CHECK(outcome.stopped == "done");
  }
}

TEST_CASE("a beam's last calls go to the best lines, and none are left over") {
  // 3 + 6 + 5 calls: of the two lines kept, the better one is extended three times and the other one twice.
  ToyEpisode episode({.budget = 14});
  Settings settings;
  settings.set("keep", 2).set("candidates", 3);
  const auto outcome = search("beam", settings, std::make_shared<Rising>())->solve(episode);
  CHECK(episode.calls == 14);
  CHECK(said(episode, outcome) == "2 0 0");
}

TEST_CASE("where nobody knows how long trajectories are, a line is finished when it can be, and budgets are kept") {
  for (const char* name : {"single_pass", "best_of", "vote", "beam", "mcts"}) {
    for (int budget = 0; budget <= 60; ++budget) {
      CAPTURE(name);
      CAPTURE(budget);
      ToyEpisode episode({.topology = std::make_shared<Row>(4), .gold = "1 1 1 1", .budget = budget, .longest = 0});
      Settings settings;
      settings.give("value", create<ValueModel>("uniform"));
      const auto outcome = create<Search>(name, settings)->solve(episode);
      CHECK(episode.calls <= budget);
      CHECK(outcome.chosen.has_value() == (budget >= 4));
      if (outcome.chosen) CHECK(outcome.chosen->terminal());
    }
  }
}

TEST_CASE("passes of unknown length are begun as far as the budget carries them") {
  for (int budget = 3; budget <= 13; ++budget) {
    CAPTURE(budget);
    ToyEpisode episode({.budget = budget, .longest = 0});
    Settings settings;
    settings.set("n", 4);
    const auto outcome = search("best_of", settings, std::make_shared<Rising>())->solve(episode);
    CHECK(outcome.ranked.size() == static_cast<std::size_t>(std::min(budget / 3, 4)));
    CHECK(outcome.stopped == (budget < 12 ? "budget" : "done"));
  }
}

TEST_CASE("a graph that comes back to its nodes is reserved for by what its facts say") {
  /// Three nodes that speak twice each.
  class Rounds final : public Topology {
   public:
    const Graph& graph() const override { return drawn_.graph(); }
    std::optional<Turn> next(const Problem& problem, const Transcript& transcript) const override {
      auto turn = trajectory_.next(problem, transcript);
      if (turn) turn->node %= 3;
      return turn;
    }
    std::string answer(const Problem& problem, const Transcript& transcript) const override {
      return trajectory_.answer(problem, transcript);
    }

   private:
    Row drawn_{3};
    Row trajectory_{6};
  };
  for (const char* name : {"single_pass", "best_of", "vote", "beam", "mcts"}) {
    for (const int longest : {6, 0}) {
      for (int budget = 6; budget <= 40; ++budget) {
        CAPTURE(name);
        CAPTURE(longest);
        CAPTURE(budget);
        ToyEpisode episode({.topology = std::make_shared<Rounds>(), .budget = budget, .longest = longest});
        Settings settings;
        settings.give("value", create<ValueModel>("uniform"));
        const auto outcome = create<Search>(name, settings)->solve(episode);
        CHECK(episode.calls <= budget);
        CHECK(outcome.chosen.has_value());
      }
    }
  }
}

TEST_CASE("a graph's unused turns do not keep a search from a short line") {
  /// Has five nodes, but two messages end it: the conditional edges held the others back.
  class Short final : public Topology {
   public:
    const Graph& graph() const override { return row_.graph(); }
    std::optional<Turn> next(const Problem& problem, const Transcript& transcript) const override {
      return transcript.depth() < 2 ? row_.next(problem, transcript) : std::nullopt;
    }
    std::string answer(const Problem& problem, const Transcript& transcript) const override {
      return row_.answer(problem, transcript);
    }

   private:
    Row row_{5};
  };
  for (const char* name : {"single_pass", "best_of", "vote", "beam", "mcts"}) {
    CAPTURE(name);
    ToyEpisode episode({.topology = std::make_shared<Short>(), .budget = 2});
    Settings settings;
    settings.give("value", create<ValueModel>("uniform"));
    CHECK(create<Search>(name, settings)->solve(episode).chosen.has_value());
  }
}
