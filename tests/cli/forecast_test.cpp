#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "cli/program.hpp"

using namespace espalier::tests;

namespace {

/// What a dry run says of one arm: a team of two whose second speaker is cast, and a third agent nobody calls.
std::string forecast(
    const std::string& search, const std::string& more = "",
    const std::string& second = "type = \"language_model\", model = { type = \"scripted\" }, max_tokens = 20") {
  const Workplace here("forecast");
  std::ofstream(here / "one.toml") << "seed = [0, 1]\n[stages.one]\ndo = \"solve\"\n" + more + R"(
problems = { dataset = { type = "word_problems" }, limit = 3 }
topology = { type = "chain", roles = ["a", "b"] }
cast = { b = "c" }
search = { )" + search + R"( }
[stages.one.agents]
a = { type = "language_model", model = { type = "scripted" }, max_tokens = 10 }
c = { )" + second + R"( }
unused = { type = "language_model", model = { type = "scripted" }, max_tokens = 9999 }
)";
  const Finished run = here.espalier({"run", "one.toml", "--dry-run"});
  REQUIRE_MESSAGE(run.code == 0, run.err);
  return run.out;
}

}  // namespace

TEST_CASE("calls are bounded by the search and the longest trajectory, tokens by the longest message of who speaks") {
  CHECK(forecast("type = \"vote\", n = 5") ==
        "one: solve\n  3 problems x 2 seeds, at most 60 agent calls (10 each), 1.20 ktokens written\n");
  // 3 for the root, and 3 for each of the 3 states after it
  CHECK(forecast("type = \"mcts\", simulations = 40, candidates = 3") ==
        "one: solve\n  3 problems x 2 seeds, at most 72 agent calls (12 each), 1.44 ktokens written\n");
  CHECK(forecast("type = \"beam\", keep = 2, candidates = 3") ==
        "one: solve\n  3 problems x 2 seeds, at most 54 agent calls (9 each), 1.08 ktokens written\n");
}

TEST_CASE("a smaller budget bounds, a larger one does not") {
  CHECK(forecast("type = \"vote\", n = 5", "budget = { calls = 7 }") ==
        "one: solve\n  3 problems x 2 seeds, at most 42 agent calls (7 each), 840 tokens written\n");
  CHECK(forecast("type = \"single_pass\"", "budget = { calls = 70 }") ==
        "one: solve\n  3 problems x 2 seeds, at most 12 agent calls (2 each), 240 tokens written\n");
}

TEST_CASE("an agent that does not say how much it writes leaves tokens out") {
  CHECK(forecast("type = \"single_pass\"", "", "type = \"echo\"") ==
        "one: solve\n  3 problems x 2 seeds, at most 12 agent calls (2 each)\n");
}
