#include <doctest/doctest.h>

#include <cmath>
#include <espalier/search.hpp>

#include "conformance/toy_episode.hpp"
#include "searches/mcts/decision.hpp"
#include "searches/mcts/selection.hpp"
#include "support/built_plugin.hpp"

using namespace espalier;
using espalier::mcts::Decision;
using espalier::mcts::Node;
using espalier::mcts::Rule;
using espalier::mcts::Selection;
using espalier::mcts::Tree;
using espalier::testing::create;
using espalier::testing::Row;
using espalier::testing::Settings;
using espalier::testing::ToyEpisode;
using espalier::testing::ToyRules;

namespace {

/// A value by the digits said so far: what `worth` gives for the joined texts.
class ByText final : public ValueModel {
 public:
  explicit ByText(std::function<double(const std::string&, bool terminal)> worth) : worth_(std::move(worth)) {}
  std::vector<Value> score(std::span<const State> states) override {
    std::vector<Value> values;
    for (const auto& state : states) {
      std::string all;
      for (const auto* message : state.transcript.messages()) all += message->text;
      values.push_back({.mean = worth_(all, state.terminal())});
    }
    return values;
  }

 private:
  std::function<double(const std::string&, bool)> worth_;
};

std::shared_ptr<ValueModel> by_text(std::function<double(const std::string&, bool)> worth) {
  return std::make_shared<ByText>(std::move(worth));
}

std::shared_ptr<ValueModel> reference() { return create<ValueModel>("reference"); }

std::shared_ptr<Search> make_search(Settings& settings, std::shared_ptr<ValueModel> value) {
  settings.give("value", std::move(value));
  return create<Search>("mcts", settings);
}

std::string said(const ToyEpisode& episode, const Outcome& outcome) {
  return outcome.chosen ? episode.answer(*outcome.chosen)->text : "none";
}

/// A state that only has to be there.
State nowhere() { return {.transcript = Transcript()}; }

/// A parent visited 3 times with children visited twice (mean 0.5) and once (mean -1), worth 0.2 and 0.6.
struct HandMade {
  HandMade() : tree(nowhere()) {
    Node& left = tree.add(tree.root(), nowhere());
    Node& right = tree.add(tree.root(), nowhere());
    left.visits = 2, left.total = 1.0, left.worth = 0.2, left.prior = 0.75;
    right.visits = 1, right.total = -1.0, right.worth = 0.6, right.prior = 0.25;
    tree.root().visits = 3;
  }
  const Node& child(std::size_t index) { return *tree.root().children[index]; }
  Tree tree;
};

}  // namespace

TEST_CASE("the mean counts virtual visits at the value model's worth") {
  HandMade hand;
  CHECK(hand.child(0).mean(0) == 0.5);
  CHECK(hand.child(0).mean(1) == doctest::Approx((1.0 + 0.2) / 3));
  CHECK(hand.child(1).mean(1) == doctest::Approx((-1.0 + 0.6) / 2));
  CHECK(hand.child(1).mean(2) == doctest::Approx((-1.0 + 1.2) / 3));
  CHECK(hand.tree.add(hand.tree.root(), nowhere()).mean(0) == 0);
}

TEST_CASE("selection arithmetic, worked by hand") {
  HandMade hand;
  const auto score = [&](Rule rule, int virtual_visits, std::size_t child) {
    return Selection{rule, 2.0, virtual_visits}.score(hand.tree.root(), hand.child(child));
  };
  // uct: 0.4 + 2 sqrt(ln 4 / 3) and -0.2 + 2 sqrt(ln 4 / 2)
  CHECK(score(Rule::uct, 1, 0) == doctest::Approx(1.75955).epsilon(1e-5));
  CHECK(score(Rule::uct, 1, 1) == doctest::Approx(1.46511).epsilon(1e-5));
  // compat: 0.5 + 2 sqrt(ln 3 / 2) and -1 + 2 sqrt(ln 3 / 1)
  CHECK(score(Rule::compat, 0, 0) == doctest::Approx(1.98231).epsilon(1e-5));
  CHECK(score(Rule::compat, 0, 1) == doctest::Approx(1.09629).epsilon(1e-5));
  // puct: 0.4 + 2 * 0.75 sqrt(3) / 3 and -0.2 + 2 * 0.25 sqrt(3) / 2
  CHECK(score(Rule::puct, 1, 0) == doctest::Approx(1.26603).epsilon(1e-5));
  CHECK(score(Rule::puct, 1, 1) == doctest::Approx(0.23301).epsilon(1e-5));
  // An unvisited child gets what a once-visited one gets under compat, more than it under uct.
  Node& fresh = hand.tree.add(hand.tree.root(), nowhere());
  CHECK(Selection{Rule::compat}.bonus(hand.tree.root(), fresh) ==
        Selection{Rule::compat}.bonus(hand.tree.root(), hand.child(1)));
  CHECK(Selection{Rule::uct}.bonus(hand.tree.root(), fresh) >
        Selection{Rule::uct}.bonus(hand.tree.root(), hand.child(1)));
  CHECK(&Selection{Rule::uct, 0.0, 1}(hand.tree.root()) == &hand.child(0));
}

TEST_CASE("equal scores go to the earliest candidate") {
  Tree tree(nowhere());
  Node& first = tree.add(tree.root(), nowhere());
  tree.add(tree.root(), nowhere());
  CHECK(&Selection{}(tree.root()) == &first);
}

TEST_CASE("priors are the softmax of mean log-probabilities per token") {
  Tree tree(nowhere());
  const auto add = [&](std::vector<float> logprobs) {
    Message message;
    message.logprobs = std::move(logprobs);
    tree.add(tree.root(), State{.transcript = Transcript().extended(message, 0)});
  };
  add({-1.0F, -3.0F});
  add({-1.0F});
  mcts::set_priors(tree.root().children);
  CHECK(tree.root().children[0]->prior == doctest::Approx(std::exp(-2) / (std::exp(-2) + std::exp(-1))));
  CHECK(tree.root().children[1]->prior == doctest::Approx(std::exp(-1) / (std::exp(-2) + std::exp(-1))));
}

TEST_CASE("graded siblings are backed up by the walk that drew them, each with its own worth") {
  ToyEpisode episode({.gold = "0 0 2"});
  Settings settings;
  settings.set("simulations", 1).set("candidates", 3).set("grade_siblings", true);
  const auto outcome = make_search(settings, reference())->solve(episode);
  CHECK(said(episode, outcome) == "0 0 2");
  using Simulations = std::vector<std::pair<std::string, double>>;
  // The reference knows terminals alone, so that the walk takes the first child twice and then the right one.
  CHECK(episode.simulations == Simulations{{"0.0.2", 1.0}, {"0.0.0", -1.0}, {"0.0.1", -1.0}});
  CHECK(*episode.notes.at("0").visits == 3);
  CHECK(*episode.notes.at("0.0").visits == 3);
  CHECK(*episode.notes.at("0.0.1").visits == 1);
  CHECK(*episode.notes.at("0").value == doctest::Approx(-1.0 / 4));  // three returns and a virtual visit worth 0
}

TEST_CASE("drawing ahead is asked for once, and changes nothing else") {
  ToyEpisode plain({.gold = "1 2 0"});
  ToyEpisode ahead({.gold = "1 2 0"});
  Settings settings;
  settings.set("simulations", 20);
  const auto outcome = make_search(settings, reference())->solve(plain);
  settings.set("prefetch", 2);
  const auto prefetched = make_search(settings, reference())->solve(ahead);
  CHECK(plain.prefetched == 0);
  CHECK(ahead.prefetched == 2);
  CHECK(plain.simulations == ahead.simulations);
  CHECK(said(plain, outcome) == said(ahead, prefetched));
}

TEST_CASE("visits of children add up to their parent's, whatever the rule") {
  for (const char* rule : {"uct", "compat", "puct"}) {
    CAPTURE(rule);
    ToyEpisode episode({.gold = "1 2 0"});
    Settings settings;
    settings.set("simulations", 60).set("candidates", 3).set("selection", rule);
    const auto outcome = make_search(settings, reference())->solve(episode);
    CHECK(outcome.stopped == "done");
    CHECK(episode.simulations.size() == 60);
    int first_turn = 0;
    for (const auto& [path, note] : episode.notes) {
      if (path.find('.') == std::string::npos) first_turn += *note.visits;
      int below = 0;
      bool inner = false;
      for (const auto& [other, beneath] : episode.notes) {
        if (other.rfind(path + ".", 0) != 0 || other.size() != path.size() + 2) continue;
        inner = true;
        below += *beneath.visits;
      }
      if (inner) CHECK(below == *note.visits);
    }
    CHECK(first_turn == 60);
  }
}

TEST_CASE("the true reward finds a planted answer") {
  // One leaf of 81, behind three wrong turns out of four candidates... found because every leaf in reach is tried.
  ToyEpisode episode({.topology = std::make_shared<Row>(4), .gold = "2 0 1 2"});
  Settings settings;
  settings.set("simulations", 400).set("candidates", 3).set("exploration", 4);
  const auto outcome = make_search(settings, reference())->solve(episode);
  CHECK(said(episode, outcome) == "2 0 1 2");
  REQUIRE(outcome.ranked.size() > 1);
  CHECK(outcome.ranked.front().score == 1);
  CHECK(outcome.ranked.back().score == -1);
}

TEST_CASE("a first simulation follows the value model greedily") {
  ToyEpisode episode({});
  Settings settings;
  settings.set("simulations", 1).set("candidates", 3);
  const auto search =
      make_search(settings, by_text([](const std::string& text, bool) { return text.back() == '2' ? 0.5 : 0.0; }));
  CHECK(said(episode, search->solve(episode)) == "2 2 2");
  CHECK(episode.calls == 9);
  CHECK(episode.simulations == std::vector<std::pair<std::string, double>>{{"2.2.2", 0.5}});
}

TEST_CASE("equal texts of one turn are one child") {
  ToyRules rules;
  rules.speak = [](const State&, int candidate) {
    Message message;
    message.text = candidate < 2 ? "same" : "other";
    return message;
  };
  ToyEpisode episode(rules);
  Settings settings;
  settings.set("simulations", 20).set("candidates", 3);
  make_search(settings, create<ValueModel>("uniform"))->solve(episode);
  for (const auto& [path, note] : episode.notes) CHECK(path.find('1') == std::string::npos);
}

TEST_CASE("what an outcome model says at terminals is mixed in by the value model") {
  const auto leaf_value = [](double lambda) {
    ToyEpisode episode({});
    Settings mixture;
    mixture.give("process", by_text([](const std::string&, bool) { return 0.5; }));
    mixture.give("outcome", by_text([](const std::string&, bool terminal) { return terminal ? -1.0 : 9.0; }));
    mixture.set("lambda", Settings::Value(lambda));
    Settings settings;
    settings.set("simulations", 1).set("candidates", 1);
    make_search(settings, create<ValueModel>("mix", mixture))->solve(episode);
    CHECK(episode.scored == episode.calls);  // every state once: there is one channel of scores
    return episode.simulations.front().second;
  };
  CHECK(leaf_value(0.0) == 0.5);
  CHECK(leaf_value(0.25) == (1 - 0.25) * 0.5 + 0.25 * -1.0);
  CHECK(leaf_value(1.0) == -1.0);
}

TEST_CASE("a root that stands still stops the search") {
  Settings settings;
  settings.set("simulations", 1000).set("patience", 24);
  ToyEpisode still({});
  CHECK(make_search(settings, create<ValueModel>("uniform"))->solve(still).stopped == "stalled");
  CHECK(still.simulations.size() == 24);
  ToyEpisode hopeless({.gold = "nothing says this"});  // the mean leaves 0 at once, for -1, and is beyond 0.95
  CHECK(make_search(settings, reference())->solve(hopeless).stopped == "stalled");
  CHECK(hopeless.simulations.size() == 24);
}

TEST_CASE("decisions") {
  // Two leaves under the left, visited and fair; one under the right, rarely visited and worth most.
  ToyEpisode episode({.topology = std::make_shared<Row>(2)});
  const auto first = episode.expand(std::vector{episode.root()}, {0, 2}).front();
  const auto second = episode.expand(first, {0, 2});
  Tree tree(episode.root());
  Node& left = tree.add(tree.root(), first[0]);
  Node& right = tree.add(tree.root(), first[1]);
  const auto leaf = [&](Node& parent, const State& state, double worth, int visits) {
    Node& made = tree.add(parent, state);
    made.worth = worth;
    for (int i = 0; i < visits; ++i) Tree::back_up(made);
  };
  leaf(left, second[0][0], 0.2, 3);
  leaf(left, second[0][1], 0.3, 2);
  leaf(right, second[1][0], 0.9, 1);
  leaf(right, second[1][1], -0.9, 0);
  right.worth = -0.9;

  const auto chosen = [&](Decision decision, int virtual_visits = 1) {
    const auto ranked = mcts::decide(tree, decision, virtual_visits, episode);
    CHECK(ranked.size() == 4);
    return ranked.front().state.transcript.path();
  };
  CHECK(chosen(Decision::value) == "1.0");
  CHECK(chosen(Decision::visits) == "0.0");
  CHECK(chosen(Decision::descent, 0) == "1.0");  // means 0.24 and 0.9
  CHECK(chosen(Decision::descent, 1) == "0.1");  // a virtual visit worth -0.9 makes the right 0
}

TEST_CASE("the vote over terminals adds up chances of success") {
  ToyRules rules{.topology = std::make_shared<Row>(1)};
  rules.speak = [](const State&, int candidate) {
    Message message;
    message.text = candidate == 0 ? "seven!" : (candidate == 1 ? "eight" : "8");
    return message;
  };
  rules.read = [](const std::string& text) -> std::optional<Answer> {
    return Answer{.text = text, .canonical = text == "seven!" ? "7" : "8", .rule = "map"};
  };
  ToyEpisode episode(rules);
  Settings settings;
  settings.set("simulations", 9).set("candidates", 3).set("decision", "vote");
  const auto value =
      by_text([](const std::string& text, bool) { return text == "seven!" ? 0.6 : (text == "8" ? 0.2 : 0.1); });
  const auto outcome = make_search(settings, value)->solve(episode);  // 0.8 against 0.55 + 0.6
  REQUIRE(outcome.chosen);
  CHECK(outcome.chosen->transcript.last().text == "8");
  CHECK(outcome.ranked.front().score == doctest::Approx(1.15 / 1.95));
}

TEST_CASE("values below nothing never lead to a state before the end") {
  // With neutral first-play values and a descent by means, an unvisited child beats every visited one when the model is
  // gloomy; the chosen state must be terminal all the same.
  for (const char* decision : {"value", "vote", "visits", "descent"}) {
    ToyEpisode episode({});
    Settings settings;
    settings.set("simulations", 10).set("candidates", 3).set("virtual_visits", 0).set("decision", decision);
    const auto outcome = make_search(settings, by_text([](const std::string&, bool) { return -0.9; }))->solve(episode);
    REQUIRE(outcome.chosen);
    CHECK(outcome.chosen->terminal());
    CHECK(outcome.ranked.front().state.transcript.same(outcome.chosen->transcript));
  }
}
