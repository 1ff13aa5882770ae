#include <doctest/doctest.h>

#include <espalier/search.hpp>

#include "conformance/toy_episode.hpp"
#include "support/built_plugin.hpp"

using namespace espalier;
using espalier::testing::built_plugin;
using espalier::testing::create;
using espalier::testing::Row;
using espalier::testing::Settings;
using espalier::testing::ToyEpisode;
using espalier::testing::ToyRules;

namespace {

/// A topology with what its facts say of the length of its trajectories.
struct Ground {
  std::string name;
  std::shared_ptr<const Topology> topology;
  int longest = 0;
  bool fixed = true;  ///< whether all trajectories are of that length, and no message is rejected
};

Ground made_by(const char* plugin, std::string name, Settings settings, bool fixed) {
  const auto facts = std::any_cast<Topology::Facts>(built_plugin("topologies", plugin).facts(settings));
  return {std::move(name), create<Topology>(plugin, settings), facts.longest, fixed};
}

void join(Settings& graph, const char* from, const char* to, const char* regex = nullptr) {
  Settings& edge = graph.add("edges").set("from", from).set("to", to);
  if (regex != nullptr) edge.set("regex", regex);
}

/// The question goes to two that the third hears; where `condition` is given, only texts that match it go on.
Settings diamond(const char* condition = nullptr) {
  Settings settings;
  for (const char* node : {"one", "two", "judge"}) settings.add("nodes", node);
  join(settings, "question", "one");
  join(settings, "question", "two");
  join(settings, "one", "judge", condition);
  join(settings, "two", "judge");
  return settings;
}

/// A row whose nodes reject some messages, or all of them, which are then mended.
class Strict final : public Topology {
 public:
  Strict(int turns, std::string refused) : row_(turns), refused_(std::move(refused)) {}
  const Graph& graph() const override { return row_.graph(); }
  std::optional<Turn> next(const Problem& problem, const Transcript& transcript) const override {
    return row_.next(problem, transcript);
  }
  std::string answer(const Problem& problem, const Transcript& transcript) const override {
    return row_.answer(problem, transcript);
  }
  std::variant<Message, Rejected> accept(const Problem&, const Transcript&, const Turn&,
                                         Message message) const override {
    if (refused_.find(message.text) != std::string::npos) return Rejected{"it is refused"};
    return message;
  }
  Message repair(const Problem&, const Transcript&, const Turn&, Message message) const override {
    message.text = "mended " + message.text;
    return message;
  }

 private:
  Row row_;
  std::string refused_;
};

std::vector<Ground> grounds() {
  std::vector<Ground> all;
  for (const int turns : {1, 2, 4}) {
    Settings chain;
    chain.set("roles", Settings::Value(std::vector<std::string>(static_cast<std::size_t>(turns), "solver")));
    all.push_back(made_by("chain", "chain of " + std::to_string(turns), std::move(chain), true));
  }
  all.push_back(made_by("graph", "diamond", diamond(), true));
  all.push_back(made_by("graph", "diamond with a condition", diamond("[01]"), false));
  all.push_back({"row that rejects some", std::make_shared<Strict>(3, "1 4"), 3, false});
  all.push_back({"row that rejects all", std::make_shared<Strict>(3, "0 1 2 3 4 5 6 7 8 9"), 3, false});
  return all;
}

enum class Claim { at_most, exactly };

/// Solves a problem on every ground and holds the calls against those that the search's facts foretell.
void check(const char* search, const std::function<void(Settings&)>& set, Claim claim) {
  for (const auto& ground : grounds()) {
    CAPTURE(search);
    CAPTURE(ground.name);
    Settings settings;
    settings.give("value", create<ValueModel>("uniform"));
    set(settings);
    const auto facts = std::any_cast<Search::Facts>(built_plugin("searches", search).facts(settings));
    REQUIRE(facts.calls);
    ToyEpisode episode({.topology = ground.topology, .longest = ground.longest});
    const auto outcome = create<Search>(search, settings)->solve(episode);
    CHECK(outcome.chosen.has_value());
    CHECK(episode.calls <= facts.calls(ground.longest));
    if (claim == Claim::exactly && ground.fixed) CHECK(episode.calls == facts.calls(ground.longest));
  }
}

}  // namespace

TEST_CASE("straight passes draw as many messages as their facts say, and no more where trajectories are short") {
  check(
      "single_pass", [](Settings&) {}, Claim::exactly);
  for (const int n : {1, 4, 9}) {
    check(
        "vote", [n](Settings& settings) { settings.set("n", n); }, Claim::exactly);
    check(
        "best_of", [n](Settings& settings) { settings.set("n", n); }, Claim::exactly);
  }
}

TEST_CASE("a beam draws as many messages as its facts say where all are different") {
  for (const auto& [keep, candidates] : {std::pair{1, 1}, std::pair{1, 5}, std::pair{3, 5}, std::pair{8, 2}}) {
    check(
        "beam", [&](Settings& settings) { settings.set("keep", keep).set("candidates", candidates); }, Claim::exactly);
  }
}

TEST_CASE("mcts draws no more messages than its facts say, and as many with one walk or when it sees all") {
  for (const char* selection : {"uct", "compat", "puct"}) {
    for (const auto& [simulations, claim] :
         {std::pair{1, Claim::exactly}, std::pair{10, Claim::at_most}, std::pair{2'000, Claim::exactly}}) {
      check(
          "mcts",
          [&](Settings& settings) {
            settings.set("simulations", simulations).set("candidates", 3).set("selection", selection);
          },
          claim);
    }
  }
  check(
      "mcts", [](Settings& settings) { settings.set("simulations", 30).set("patience", 5).set("prefetch", 2); },
      Claim::at_most);
}

TEST_CASE("no message is forecast where there are no turns") {
  for (const char* search : {"single_pass", "vote", "best_of", "beam", "mcts"}) {
    CAPTURE(search);
    Settings settings;
    const auto facts = std::any_cast<Search::Facts>(built_plugin("searches", search).facts(settings));
    CHECK(facts.calls(0) == 0);
    settings.give("value", create<ValueModel>("uniform"));
    ToyEpisode episode({.topology = std::make_shared<Row>(0)});
    create<Search>(search, settings)->solve(episode);
    CHECK(episode.calls == 0);
  }
}
