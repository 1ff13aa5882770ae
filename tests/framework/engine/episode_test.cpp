#include "engine/episode.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "engine/stored_model.hpp"
#include "engine/stored_value_model.hpp"
#include "framework/engine/stand_ins.hpp"

using namespace espalier;
using namespace espalier::engine;
using namespace espalier::engine::tests;

namespace {

/// One problem for a team of two; what they say is the test's business.
struct Setting {
  explicit Setting(Puppet::Say say, EpisodeOptions with_options = {}) : options(with_options) {
    team.agents["first"] = team.agents["second"] = std::make_shared<Puppet>(std::move(say));
  }
  ProblemEpisode episode() const { return {team, item, grader, options}; }
  EpisodeRecord solve(Plan::Solve plan) const { return episode().solve(Plan(std::move(plan))); }

  Team team{std::make_shared<Line>(std::vector<std::string>{"first", "second"}), {}, std::nullopt, std::nullopt};
  Item item{{"p", "What?", {}}, "right"};
  FirstWord grader;
  EpisodeOptions options;
};

std::string numbered(const Turn&, const Draw&, int candidate) { return "say " + std::to_string(candidate); }

std::vector<State> expand_one(Episode& episode, const State& state, Widths widths) {
  return episode.expand(std::vector{state}, widths).front();
}

std::vector<std::string> texts(const std::vector<State>& states) {
  std::vector<std::string> texts;
  for (const auto& state : states) texts.push_back(state.transcript.last().text);
  return texts;
}

}  // namespace

TEST_CASE("a candidate asked for again is the same one, and free") {
  std::vector<std::pair<int, int>> asked;
  Setting setting([&](const Turn& turn, const Draw& draw, int candidate) {
    if (candidate == draw.first) asked.emplace_back(draw.first, draw.count);
    return turn.role + std::to_string(candidate);
  });
  auto episode = setting.episode();
  const State root = episode.root();
  CHECK(texts(expand_one(episode, root, {1, 2})) == std::vector<std::string>{"first1", "first2"});
  CHECK(episode.ledger().total().agent_calls == 2);
  CHECK(texts(expand_one(episode, root, {0, 5})) ==
        std::vector<std::string>{"first0", "first1", "first2", "first3", "first4"});
  CHECK(episode.ledger().total().agent_calls == 5);
  const auto again = expand_one(episode, root, {2, 2});
  CHECK(texts(again) == std::vector<std::string>{"first2", "first3"});
  CHECK(again[0].transcript.path() == "2");
  CHECK(again[0].transcript.key() == root.transcript.key().child(2));
  CHECK(episode.ledger().total().agent_calls == 5);
  CHECK(asked == std::vector<std::pair<int, int>>{{1, 2}, {0, 1}, {3, 2}});
  CHECK(expand_one(episode, root, {0, 0}).empty());
}

TEST_CASE("many states are expanded at once, each as often as it is given but drawn once") {
  int draws = 0;
  Setting setting([&](const Turn& turn, const Draw&, int candidate) {
    ++draws;
    return turn.role + std::to_string(candidate);
  });
  auto episode = setting.episode();
  auto states = expand_one(episode, episode.root(), {0, 2});
  states.push_back(states.front());
  const auto expanded = episode.expand(states, {0, 3});
  REQUIRE(expanded.size() == 3);
  CHECK(draws == 2 + 6);
  CHECK(texts(expanded[0]) == texts(expanded[2]));
  CHECK(expanded[1][2].transcript.path() == "1.2");
  CHECK(expanded[1][2].terminal());
  CHECK(expanded[1][2].transcript.last().node == 1);
  CHECK(expanded[1][2].transcript.messages().front()->node == 0);
}

TEST_CASE("every state may have a width of its own") {
  std::vector<std::tuple<std::string, int, int>> asked;
  Setting setting([&](const Turn& turn, const Draw& draw, int candidate) {
    if (candidate == draw.first) asked.emplace_back(turn.inbox.back().text, draw.first, draw.count);
    return turn.role + std::to_string(candidate);
  });
  auto episode = setting.episode();
  auto states = expand_one(episode, episode.root(), {0, 3});
  asked.clear();
  states.push_back(states.front());
  const std::vector<Widths> widths = {{0, 2}, {1, 1}, {0, 0}, {1, 3}};
  const auto expanded = episode.expand(states, widths);
  REQUIRE(expanded.size() == 4);
  CHECK(texts(expanded[0]) == std::vector<std::string>{"second0", "second1"});
  CHECK(texts(expanded[1]) == std::vector<std::string>{"second1"});
  CHECK(expanded[1][0].transcript.path() == "1.1");
  CHECK(expanded[2].empty());
  CHECK(texts(expanded[3]) == std::vector<std::string>{"second1", "second2", "second3"});
  // The first state was given twice: what both widths have in common is drawn once.
  using Asked = std::vector<std::tuple<std::string, int, int>>;
  CHECK(asked == Asked{{"first0", 0, 2}, {"first1", 1, 1}, {"first0", 2, 2}});
  CHECK(episode.ledger().total().agent_calls == 3 + 5);
  CHECK_THROWS_WITH_AS(episode.expand(states, std::span(widths).first(3)), "3 widths were given for 4 states",
                       std::logic_error);
  CHECK_THROWS_AS(episode.expand(std::span(states).first(1), std::vector<Widths>{{0, -1}}), std::logic_error);
  CHECK(episode.ledger().total().agent_calls == 3 + 5);
}

TEST_CASE("widths of many states are held against the budget together") {
  EpisodeOptions options;
  options.budget.calls = 2 + 4;
  Setting setting(numbered, options);
  auto episode = setting.episode();
  const auto states = expand_one(episode, episode.root(), {0, 2});
  CHECK_THROWS_AS(episode.expand(states, std::vector<Widths>{{0, 2}, {0, 3}}), BudgetSpent);
  CHECK(episode.ledger().total().agent_calls == 2);
  episode.expand(states, std::vector<Widths>{{0, 1}, {0, 3}});
  CHECK(episode.spent());
}

TEST_CASE("expanding what cannot be expanded is an error of the search") {
  Setting setting(numbered);
  auto episode = setting.episode();
  const auto terminal = expand_one(episode, expand_one(episode, episode.root(), {}).front(), {}).front();
  CHECK_THROWS_AS(expand_one(episode, terminal, {}), std::logic_error);
  CHECK_THROWS_AS(expand_one(episode, episode.root(), {-1, 1}), std::logic_error);
  Setting other(numbered);
  const auto stranger = other.episode().root();
  CHECK_THROWS_AS(expand_one(episode, stranger, {}), std::logic_error);
}

TEST_CASE("rejected messages are left out; when all are, the first is repaired") {
  Setting setting([](const Turn& turn, const Draw&, int candidate) {
    if (turn.role == "first") return std::string(candidate == 1 ? "keep" : "reject me");
    return std::string("reject ") + std::to_string(candidate);
  });
  const auto record = setting.solve([&](Episode& episode) {
    const auto first = expand_one(episode, episode.root(), {0, 3});
    REQUIRE(first.size() == 1);
    CHECK(first[0].transcript.path() == "1");
    for (int again = 0; again < 2; ++again) {
      const auto second = expand_one(episode, first[0], {3, 2});
      CHECK(texts(second) == std::vector<std::string>{"mended reject 3"});
      CHECK(second[0].transcript.path() == "1.3");
    }
    return Outcome{};
  });
  REQUIRE(record.nodes.size() == 5);
  CHECK(record.find("0")->rejected == "it asks for it");
  CHECK(!record.find("1")->rejected);
  CHECK(record.find("1.3")->repaired);
  CHECK(!record.find("1.4")->repaired);
  CHECK(record.ledger.total().agent_calls == 5);
}

TEST_CASE("a node that its graph does not name is called by its role and number") {
  /// Knows its nodes only when they speak, as graphs that a problem makes do; the second one has an empty name.
  struct Unnamed final : Topology {
    const Graph& graph() const override { return graph_; }
    std::optional<Turn> next(const Problem& problem, const Transcript& transcript) const override {
      auto turn = line.next(problem, transcript);
      if (turn) turn->node = transcript.empty() ? 7 : 0;
      return turn;
    }
    std::string answer(const Problem& problem, const Transcript& transcript) const override {
      return line.answer(problem, transcript);
    }
    Line line{{"first", "second"}};
    Graph graph_{.nodes = {{"", "second"}}, .edges = {}};
  };
  Setting setting(numbered);
  setting.team.topology = std::make_shared<Unnamed>();
  const auto record = setting.solve([](Episode& episode) {
    expand_one(episode, expand_one(episode, episode.root(), {}).front(), {});
    return Outcome{};
  });
  REQUIRE(!record.error);
  CHECK(record.find("0")->name == "first 7");
  CHECK(record.find("0.0")->name == "second 0");
}

TEST_CASE("texts become well-formed UTF-8") {
  Setting setting([](const Turn&, const Draw&, int) { return std::string("bad \xFF byte"); });
  auto episode = setting.episode();
  CHECK(texts(expand_one(episode, episode.root(), {})) == std::vector<std::string>{"bad \xEF\xBF\xBD byte"});
}

TEST_CASE("an agent that returns too few messages or throws is named") {
  struct Silent final : Agent {
    std::vector<Message> speak(const Problem&, const Turn&, const Draw&) override { return {}; }
  };
  Setting setting(numbered);
  setting.team.agents["first"] = std::make_shared<Silent>();
  const auto expand = [](Episode& episode) {
    expand_one(episode, episode.root(), {0, 2});
    return Outcome{};
  };
  auto record = setting.solve(expand);
  CHECK(record.error == "agent of role 'first': returned 0 messages, 2 were asked for");
  CHECK(!record.correct);
  setting.team.agents["first"] = std::make_shared<Puppet>(
      [](const Turn&, const Draw&, int) -> std::string { throw std::runtime_error("no voice"); });
  CHECK(setting.solve(expand).error == "agent of role 'first': no voice");
  setting.team.agents.erase("first");
  CHECK(setting.solve(expand).error ==
        "agent of role 'first': nobody plays the role 'first'; there are agents for: second");
  CHECK(setting.solve([](Episode&) -> Outcome { throw 1; }).error == "something was thrown that is no std::exception");
}

TEST_CASE("rewards are shown to oracles only") {
  for (const bool oracle : {false, true}) {
    EpisodeOptions options;
    options.oracle = oracle;
    Setting setting(
        [](const Turn&, const Draw&, int candidate) { return std::string(candidate == 1 ? "right x" : "wrong x"); },
        options);
    auto episode = setting.episode();
    const auto first = expand_one(episode, episode.root(), {0, 1}).front();
    CHECK(!first.reward);
    const auto last = expand_one(episode, first, {0, 2});
    CHECK(last[0].reward == (oracle ? std::optional(-1.0) : std::nullopt));
    CHECK(last[1].reward == (oracle ? std::optional(1.0) : std::nullopt));
    CHECK(episode.answer(last[1])->canonical == "right");
    CHECK(episode.answer(first)->canonical == "wrong");
  }
}

TEST_CASE("calls never exceed the budget") {
  for (const int limit : {0, 1, 5}) {
    EpisodeOptions options;
    options.budget.calls = limit;
    Setting setting(numbered, options);
    auto episode = setting.episode();
    CHECK(episode.affordable(9) == limit);
    CHECK(episode.spent() == (limit == 0));
    CHECK_THROWS_AS(expand_one(episode, episode.root(), {0, limit + 1}), BudgetSpent);
    CHECK(episode.ledger().total().agent_calls == 0);
    if (limit == 0) continue;
    const auto states = expand_one(episode, episode.root(), {0, limit});
    CHECK(episode.spent());
    CHECK(expand_one(episode, episode.root(), {0, limit}).size() == states.size());  // free
    CHECK_THROWS_AS(expand_one(episode, states.front(), {}), BudgetSpent);
    CHECK(episode.ledger().total().agent_calls == limit);
  }
}

TEST_CASE("a budget that is exceeded fails a search that did not ask") {
  EpisodeOptions options;
  options.budget.calls = 1;
  Setting setting(numbered, options);
  const auto record = setting.solve([](Episode& episode) {
    expand_one(episode, episode.root(), {0, 2});
    return Outcome{};
  });
  CHECK(record.error == "2 agent calls were asked for, the budget allows 1");
}

TEST_CASE("what is drawn ahead is charged apart until it is claimed") {
  auto backend = std::make_shared<DiceBackend>();
  const auto model = make_language_model(backend, {"dice", "dice"}, nullptr);
  const Team team = line_of_talkers(model, {"first", "second"});
  const Item item = problems(1).front();
  const FirstWord grader;
  EpisodeOptions options;
  options.budget.calls = 3;
  ProblemEpisode plain(team, item, grader, options);
  plain.expand(std::vector{plain.root()}, {0, 3});
  ProblemEpisode ahead(team, item, grader, options);
  ahead.prefetch(std::vector{ahead.root()}, {0, 3}, 1);
  const Cost prefetched = ahead.ledger().total();
  CHECK(prefetched.agent_calls == 0);
  CHECK(prefetched.speculative_calls == 3);
  CHECK(prefetched.speculative_tokens ==
        plain.ledger().total().prompt_tokens + plain.ledger().total().generated_tokens);
  CHECK(prefetched.generated_tokens == 0);
  CHECK(prefetched.flops == 0);
  CHECK(prefetched.speculative_flops == plain.ledger().total().flops);
  CHECK(ahead.affordable(9) == 3);
  ahead.prefetch(std::vector{ahead.root()}, {0, 3}, 1);
  CHECK(ahead.ledger().total() == prefetched);
  CHECK_THROWS_AS(ahead.expand(std::vector{ahead.root()}, {0, 4}), BudgetSpent);
  ahead.expand(std::vector{ahead.root()}, {1, 1});
  CHECK(ahead.ledger().total().agent_calls == 1);
  CHECK(ahead.ledger().total().speculative_calls == 2);
  ahead.expand(std::vector{ahead.root()}, {0, 3});
  CHECK(ahead.ledger() == plain.ledger());
  CHECK(backend->completions() == 6);
}

TEST_CASE("what is drawn ahead takes nothing from any budget") {
  const auto model = make_language_model(std::make_shared<DiceBackend>(), {"dice", "dice"}, nullptr);
  const Team team = line_of_talkers(model, {"first", "second", "third"});
  const Item item = problems(1).front();
  const FirstWord grader;
  // Draws level by level as long as the budget goes, and says how much fitted at every step.
  const auto run = [&](const Budget& budget, int turns) {
    ProblemEpisode episode(team, item, grader, {.budget = budget});
    episode.prefetch(std::vector{episode.root()}, {0, 3}, turns);
    std::vector<int> fitted;
    std::vector<State> level{episode.root()};
    while (!level.empty() && !level.front().terminal()) {
      fitted.push_back(episode.spent() ? 0 : episode.affordable(100));
      std::vector<State> next;
      for (const State& state : level) {
        const int fit = episode.affordable(3);
        fitted.push_back(fit);
        if (fit < 3) break;
        for (auto& child : expand_one(episode, state, {0, 3})) next.push_back(std::move(child));
      }
      level = std::move(next);
    }
    return std::pair(fitted, episode.ledger().total().agent_calls);
  };
  const auto whole = [&] {
    ProblemEpisode episode(team, item, grader, {});
    std::vector<State> level = expand_one(episode, episode.root(), {0, 3});
    episode.expand(level, {0, 3});
    return episode.ledger().total();
  }();
  const std::vector<Budget> budgets = {{.calls = 7},
                                       {.tokens = whole.tokens() / 2},
                                       {.tokens = whole.tokens()},
                                       {.flops = static_cast<double>(whole.flops) / 2},
                                       {.flops = static_cast<double>(whole.flops)}};
  for (std::size_t i = 0; i < budgets.size(); ++i) {
    CAPTURE(i);
    const auto plain = run(budgets[i], 0);
    CHECK(plain.second > 0);
    for (const int turns : {1, 2, 3}) CHECK(run(budgets[i], turns) == plain);
  }
}

TEST_CASE("a whole tree is drawn ahead in one batch per turn, and claiming all of it leaves nothing speculative") {
  auto backend = std::make_shared<DiceBackend>();
  const auto model = make_language_model(backend, {"dice", "dice"}, nullptr);
  const Team team = line_of_talkers(model, {"first", "second", "third"});
  const Item item = problems(1).front();
  const FirstWord grader;
  ProblemEpisode plain(team, item, grader, {});
  ProblemEpisode ahead(team, item, grader, {});
  ahead.prefetch(std::vector{ahead.root()}, {0, 2}, 9);
  CHECK(ahead.ledger().total().speculative_calls == 2 + 4 + 8);
  CHECK(ahead.ledger().total().agent_calls == 0);
  for (ProblemEpisode* const episode : {&plain, &ahead}) {
    std::vector<State> level{episode->root()};
    while (!level.front().terminal()) {
      std::vector<State> next;
      for (auto& states : episode->expand(level, {0, 2})) std::ranges::move(states, std::back_inserter(next));
      level = std::move(next);
    }
    CHECK(level.size() == 8);
  }
  CHECK(ahead.ledger() == plain.ledger());
  CHECK(backend->completions() == 2 * (2 + 4 + 8));
}

TEST_CASE("scoring is charged to the scorer, and parts add up") {
  auto backend = std::make_shared<DiceBackend>();
  const auto model = make_language_model(backend, {"dice", "dice"}, nullptr);
  const Team team = line_of_talkers(model, {"first", "second"});
  const auto items = problems(1);
  const FirstWord grader;
  MeanLogprob value(model);
  ProblemEpisode episode(team, items[0], grader, {});
  const auto record = episode.solve(Plan([&](Episode& e) { return beam(e, value, 2, 3); }));
  REQUIRE(!record.error);
  const Cost scorer = record.ledger.parts().at(std::string(kScorer));
  CHECK(scorer.scorer_tokens > 0);
  CHECK(scorer == Cost{.scorer_tokens = scorer.scorer_tokens,
                       .scorer_new_tokens = scorer.scorer_new_tokens,
                       .flops = scorer.flops});
  CHECK(record.ledger.parts().at("first").agent_calls == 3);
  CHECK(record.ledger.parts().at("second").agent_calls == 6);
  std::int64_t generated = 0;
  for (const auto& node : record.nodes) generated += node.tokens;
  CHECK(record.ledger.total().generated_tokens == generated);
  CHECK(record.ledger.total().agent_calls == std::ssize(record.nodes));
  // 2 words of system prompt and question for each request of n candidates: n - 1 of them read nothing.
  CHECK(record.ledger.parts().at("first").cached_tokens == 2 * record.ledger.parts().at("first").prompt_tokens);
  CHECK(episode.timing().calls_drawn == 9 + 9);
}

TEST_CASE("a value model that breaks its promise fails the problem") {
  struct Bad final : ValueModel {
    explicit Bad(std::vector<Value> with_values) : values(std::move(with_values)) {}
    std::vector<Value> score(std::span<const State>) override { return values; }
    std::vector<Value> values;
  };
  Setting setting(numbered);
  const auto error = [&](std::vector<Value> values, std::optional<ValueModel::Facts> facts) {
    return setting
        .solve([&](Episode& episode) {
          std::shared_ptr<ValueModel> bad = std::make_shared<Bad>(std::move(values));
          if (facts) bad = make_value_model(bad, {"hash", "values.bad", *facts}, nullptr);
          episode.score(*bad, expand_one(episode, episode.root(), {}));
          return Outcome{};
        })
        .error.value_or("");
  };
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const ValueModel::Facts plain;
  const ValueModel::Facts raw{.raw = true};
  CHECK(error({}, plain) == "the value model values.bad returned 0 values for 1 states: there must be one for each");
  CHECK(error({{1.5, 0}}, plain) ==
        "the value model values.bad returned the value 1.5 for state '0' of problem p: values lie in [-1, 1], but for "
        "value models whose facts say that they are raw");
  CHECK(error({{1.5, 0}}, raw).empty());
  CHECK(error({{-7, 3}}, raw).empty());
  CHECK(error({{1, 0.5}}, plain).empty());
  CHECK(error({{nan, 0}}, raw) ==
        "the value model values.bad returned the value nan for state '0' of problem p: values must be finite");
  CHECK(error({{0, nan}}, plain) ==
        "the value model values.bad returned the deviation nan for state '0' of problem p: deviations must be finite "
        "and not negative");
  CHECK(error({{0, -1}}, raw).find("returned the deviation -1") != std::string::npos);
  // One that a search made for itself is held to the same.
  CHECK(error({{2, 0}}, std::nullopt).starts_with("the value model of the search itself returned the value 2"));
}

TEST_CASE("every value model that a search asks has a channel of its own") {
  struct Constant final : ValueModel {
    explicit Constant(double with_value) : value(with_value) {}
    std::vector<Value> score(std::span<const State> states) override {
      return std::vector<Value>(states.size(), {value, 0});
    }
    double value;
  };
  Setting setting(numbered);
  const auto process = make_value_model(std::make_shared<Constant>(0.25), {"a", "values.process", {}}, nullptr);
  const auto outcome = make_value_model(std::make_shared<Constant>(-0.5), {"b", "values.outcome", {}}, nullptr);
  const auto record = setting.solve([&](Episode& episode) {
    const auto first = expand_one(episode, episode.root(), {0, 1});
    const auto last = expand_one(episode, first.front(), {0, 1});
    episode.score(*process, first);
    episode.score(*process, last);
    episode.score(*outcome, last);
    return Outcome{};
  });
  REQUIRE(!record.error);
  CHECK(record.find("0")->scored->mean == 0.25);
  CHECK(record.find("0")->scored_by_others.empty());
  CHECK(record.find("0.0")->scored->mean == 0.25);
  CHECK(record.find("0.0")->scored_by_others.at("values.outcome").mean == -0.5);
}

TEST_CASE("a record holds the tree, the choice and its grade") {
  EpisodeOptions options;
  options.seed = 17;
  options.run_key = Key{17, 0}.child("espalier");
  Setting setting(
      [](const Turn&, const Draw&, int candidate) { return std::string(candidate == 1 ? "right x" : "wrong y"); },
      options);
  MeanLogprob value;
  const auto record = setting.solve([&](Episode& episode) {
    CHECK(episode.key() == options.run_key.child("p"));
    CHECK(episode.root().transcript.key() == episode.key());
    const auto first = expand_one(episode, episode.root(), {0, 2});
    const auto last = expand_one(episode, first[1], {0, 2});
    episode.score(value, last);
    episode.note(episode.root(), {.value = 0.25, .visits = 2});
    episode.note(first[1], {.value = 0.5, .prior = 0.1, .visits = 2, .more = {{"bonus", 3.0}}});
    episode.simulation(std::vector{first[1], last[0]}, -1);
    episode.simulation(std::vector{first[1], last[1]}, 1);
    return Outcome{last[1], {{last[1], 0.9}, {last[0], -0.9}}, "enough"};
  });
  CHECK(!record.error);
  CHECK(record.seed == 17);
  CHECK(record.gold == "right");
  CHECK(record.stopped == "enough");
  CHECK(record.chosen == "1.1");
  CHECK(record.answer->canonical == "right");
  CHECK(record.correct);
  CHECK(record.root->visits == 2);
  REQUIRE(record.ranked.size() == 2);
  CHECK(record.ranked[0].correct);
  CHECK(!record.ranked[1].correct);
  REQUIRE(record.nodes.size() == 4);
  const NodeRecord& node = *record.find("1");
  CHECK(node.name == "the first");
  CHECK(node.role == "first");
  CHECK(node.visits == 2);
  CHECK(node.successes == 1);
  CHECK(node.note->more.at("bonus") == 3.0);
  CHECK(!node.scored);
  CHECK(!node.terminal);
  CHECK(record.find("1.1")->terminal);
  CHECK(record.find("1.1")->scored);
  CHECK(record.find("1.1")->answer->canonical == "right");
  CHECK(record.find("1.1")->correct);
  CHECK(!record.find("1.0")->correct);
  CHECK(record.find("7") == nullptr);
  CHECK(record.milestones.back().correct);
}

TEST_CASE("trees and tokens are left out of records on request") {
  auto backend = std::make_shared<DiceBackend>();
  const Team team = line_of_talkers(make_language_model(backend, {"dice", "dice"}, nullptr), {"first"});
  const auto items = problems(1);
  const FirstWord grader;
  MeanLogprob value;
  const Plan plan([&](Episode& episode) { return beam(episode, value, 1, 2); });
  const auto solve = [&](bool tree, bool tokens) {
    EpisodeOptions options;
    options.keep_tree = tree;
    options.keep_tokens = tokens;
    return ProblemEpisode(team, items[0], grader, options).solve(plan);
  };
  CHECK(solve(false, false).nodes.empty());
  CHECK(solve(false, false).chosen);
  const auto lean = solve(true, false);
  const auto full = solve(true, true);
  CHECK(lean.nodes[0].message.tokens.empty());
  CHECK(lean.nodes[0].tokens == std::ssize(full.nodes[0].message.tokens));
  double sum = 0;
  for (const float logprob : full.nodes[0].message.logprobs) sum += logprob;
  CHECK(lean.nodes[0].logprob == sum);
}

TEST_CASE("a gold answer that cannot be read is an error naming the problem") {
  Setting setting(numbered);
  setting.item.gold = "";
  CHECK_THROWS_WITH_AS(setting.episode(), "problem 'p': the grader cannot read its gold answer ''",
                       std::invalid_argument);
}
