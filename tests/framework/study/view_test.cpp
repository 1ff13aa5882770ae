#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "study/results/progress.hpp"
#include "study/tables/tree_view.hpp"

using namespace espalier::study;

TEST_CASE("progress tells done, accuracy with its interval, speed and what is left") {
  CHECK(progress_line({.label = "compare / Greedy", .total = 200}) == "compare / Greedy: 0/200");
  CHECK(progress_line({.label = "one",
                       .total = 200,
                       .done = 100,
                       .correct = 40,
                       .tokens = 32000,
                       .calls_of_done = 400,
                       .drawn = 500,
                       .seconds = 10.0}) == "one: 100/200, 40.0 % (30.9 .. 49.8), 3200 tokens/s, about 6.0 s left");
  CHECK(progress_line({.label = "one", .total = 2, .done = 2, .correct = 2, .seconds = 1.0}) ==
        "one: 2/2, 100.0 % (34.2 .. 100.0)");
}

TEST_CASE("what is left is told by calls, and only where they are a basis") {
  // All problems are open at once: none is done, and the calls forecast are a quarter done.
  ProgressState state{.label = "one", .total = 100, .drawn = 100, .forecast = 4.0, .seconds = 20.0};
  CHECK(progress_line(state) == "one: 0/100, about 1 min 0 s left");
  // Calls from the store took no time: half are there, at the pace of those that were drawn.
  state.replayed = 100;
  CHECK(progress_line(state) == "one: 0/100, about 40.0 s left");
  // The first problem to be done says what one needs, not how long all take.
  state.done = 1;
  state.calls_of_done = 3;
  CHECK(progress_line(state) == "one: 1/100, 0.0 % (0.0 .. 79.3), about 20.0 s left");
  state.drawn = 2;
  state.replayed = 0;
  CHECK(progress_line(state) == "one: 1/100, 0.0 % (0.0 .. 79.3)");
  CHECK(progress_line({.label = "one", .total = 100, .drawn = 100, .seconds = 20.0}) == "one: 0/100");
}

TEST_CASE("texts are broken between words, long words where they must be") {
  CHECK(wrapped("one two three", 7) == std::vector<std::string>{"one two", "three"});
  CHECK(wrapped("abcdefghij", 4) == std::vector<std::string>{"abcd", "efgh", "ij"});
  CHECK(wrapped("a\n\nb", 9) == std::vector<std::string>{"a", "", "b"});
  CHECK(wrapped("", 9) == std::vector<std::string>{""});
  CHECK(wrapped("\xc3\xa9\xc3\xa9\xc3\xa9", 2) == std::vector<std::string>{"\xc3\xa9\xc3\xa9", "\xc3\xa9"});
}

TEST_CASE("a tree is drawn to its end, whatever paths its record has") {
  Json record = {{"arm", "a"},
                 {"seed", 1},
                 {"id", "p"},
                 {"question", "q"},
                 {"gold", "1"},
                 {"answer", nullptr},
                 {"correct", false},
                 {"stopped", "done"},
                 {"cost", {{"agent_calls", 1}}},
                 {"nodes", Json::array()}};
  const auto add = [&](const std::string& path) {
    record["nodes"].push_back({{"path", path}, {"node", "n"}, {"text", "t"}});
  };
  add("");
  for (std::string path = "0"; path.size() < 80; path += ".0") {
    add(path);
    add(path);
  }
  const std::string text = draw_tree(record, {});
  CHECK(std::ranges::count(text, '\n') == 4 + 2 * 81);
  record["seed"] = 1e300;
  CHECK_THROWS_WITH_AS(draw_tree(record, {}), "`seed` has the wrong type: 1e+300", JsonError);
}

TEST_CASE("a tree hangs every message below the one it answers to") {
  const Json record = parse_json(R"({
    "arm": "MCTS", "seed": 3, "id": "p1", "question": "How many?", "gold": "10", "answer": {"text": "10"}, "correct": true,
    "stopped": "done", "chosen": "0.10", "cost": {"agent_calls": 4},
    "nodes": [
      {"path": "0", "node": "reader", "text": "Ten of them.", "visits": 2, "value": 0.5, "logprob": -1.25},
      {"path": "0.1", "node": "solver", "text": "Nine.", "answer": null, "rejected": "too few"},
      {"path": "0.10", "node": "solver", "text": "Ten. And so on and on.", "answer": {"text": "10"}, "score": 1.0,
       "other_scores": {"values.orm": -0.25, "values.raw": "nan"}},
      {"path": "1", "node": "reader", "text": "None."}
    ]})",
                                 "test");
  CHECK(draw_tree(record, {.width = 40, .lines_per_message = 1}) ==
        "MCTS, seed 3, problem p1\n"
        "  How many?\n"
        "  gold 10, answer 10: right; 4 agent calls; stopped: done\n"
        "\n"
        "|-* 0  reader  visits 2  value +0.500  logprob -1.25\n"
        "| |     Ten of them.\n"
        "| |-  0.1  solver  -> no answer  rejected: too few\n"
        "| |       Nine.\n"
        "| `-* 0.10  solver  score +1.000  by values.orm -0.250  by values.raw nan  -> 10\n"
        "|         Ten. And so on and on.\n"
        "`-  1  reader\n"
        "        None.\n");
}
