#include "engine/episode.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "framework/engine/episode_setting.hpp"

using namespace espalier;
using namespace espalier::engine;
using namespace espalier::engine::tests;

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
