#include <algorithm>
#include <set>

#include "conformance/suites.hpp"

namespace espalier::conformance {
namespace {

constexpr int kLongestPlay = 1000;

/// One play with texts drawn by `key`, words from the conditions among them.
class Play {
 public:
  Play(const Topology& topology, Key key) : topology_(topology), random_(key), transcript_(key) {
    problem_.question = text();
    for (const auto& edge : topology.graph().edges) words_.push_back(edge.condition);
  }

  const Problem& problem() const { return problem_; }
  const Transcript& transcript() const { return transcript_; }

  /// Lets the next one speak; returns whose turn it was, nothing at the end.
  std::optional<Turn> step() {
    const auto turn = topology_.next(problem_, transcript_);
    if (!turn) return turn;
    Message message;
    message.node = turn->node;
    message.text = text();
    auto accepted = topology_.accept(problem_, transcript_, *turn, message);
    if (std::holds_alternative<Rejected>(accepted)) accepted = topology_.repair(problem_, transcript_, *turn, message);
    message = std::get<Message>(accepted);
    message.node = turn->node;
    transcript_ = transcript_.extended(std::move(message), 0);
    return turn;
  }

 private:
  std::string text() {
    static const std::vector<std::string> common = {"correct", "INCORRECT", "agree",    "Disagree",
                                                    "42",      "",          "\xCE\xBB", "a b"};
    std::string all;
    for (std::int64_t i = random_.between(0, 4); i > 0; --i) {
      const auto pick =
          static_cast<std::size_t>(random_.between(0, static_cast<std::int64_t>(common.size() + words_.size()) - 1));
      all += (pick < common.size() ? common[pick] : words_[pick - common.size()]) + " ";
    }
    return all;
  }

  const Topology& topology_;
  Random random_;
  Problem problem_{.id = "conformance", .question = "", .attributes = {}};
  Transcript transcript_;
  std::vector<std::string> words_;
};

void for_each_play(const Topology& topology, const std::function<void(Play&)>& check) {
  for (std::uint64_t trial = 0; trial < 200; ++trial) {
    Play play(topology, Key{11, trial});
    check(play);
  }
}

void expect_same(const std::optional<Turn>& one, const std::optional<Turn>& other) {
  expect(one.has_value() == other.has_value(), "a turn comes and goes");
  if (!one) return;
  expect(one->node == other->node && one->role == other->role && one->inbox.size() == other->inbox.size(),
         "turns differ");
  for (std::size_t i = 0; i < one->inbox.size(); ++i) {
    expect(one->inbox[i].from == other->inbox[i].from && one->inbox[i].text == other->inbox[i].text, "inboxes differ");
  }
}

void check_graph(const Topology& topology, const Topology::Facts& facts, Report& report) {
  const Graph& graph = topology.graph();
  const int nodes = static_cast<int>(graph.nodes.size());
  report.property("node names are unique and every edge joins nodes, once", [&] {
    std::set<std::string> names;
    for (const auto& node : graph.nodes) expect(names.insert(node.name).second, "two nodes are called " + node.name);
    std::set<std::pair<int, int>> edges;
    for (const auto& edge : graph.edges) {
      const bool joins = edge.from >= kQuestion && edge.from < nodes && edge.to >= 0 && edge.to < nodes;
      expect(joins, "an edge joins " + std::to_string(edge.from) + " and " + std::to_string(edge.to));
      expect(edges.emplace(edge.from, edge.to).second, "an edge is there twice");
    }
  });
  report.property("every node can be reached from the question", [&] {
    std::set<int> reached{kQuestion};
    for (std::size_t before = 0; before != reached.size();) {
      before = reached.size();
      for (const auto& edge : graph.edges) {
        if (reached.contains(edge.from)) reached.insert(edge.to);
      }
    }
    if (!graph.edges.empty()) expect(static_cast<int>(reached.size()) == nodes + 1, "some are not");
  });
  report.property("the facts list every role of the graph", [&] {
    for (const auto& node : graph.nodes) {
      expect(std::count(facts.roles.begin(), facts.roles.end(), node.role) == 1,
             "the facts do not have " + node.role + " once");
    }
  });
}

}  // namespace

void check_topology(Fixture& fixture, Report& report) {
  const auto topology = fixture.create<Topology>();
  const auto twin = fixture.create<Topology>();
  const auto facts = fixture.facts<Topology>();
  check_graph(*topology, facts, report);
  report.property("plays come to an end, not later than the facts say", [&] {
    for_each_play(*topology, [&](Play& play) {
      const int longest = facts.longest > 0 ? facts.longest : kLongestPlay;
      while (play.step())
        expect(play.transcript().depth() <= longest, "more than " + std::to_string(longest) + " messages");
      expect(!play.transcript().empty(), "nobody spoke");
    });
  });
  report.property("turns name nodes and roles of the graph, with inboxes ordered by sender", [&] {
    for_each_play(*topology, [&](Play& play) {
      const auto& nodes = topology->graph().nodes;
      while (const auto turn = play.step()) {
        expect(turn->node >= 0 && turn->node < static_cast<int>(nodes.size()),
               "node " + std::to_string(turn->node) + " speaks");
        expect(std::count(facts.roles.begin(), facts.roles.end(), turn->role) == 1,
               "the facts do not know the role " + turn->role);
        expect(turn->round >= 1, "a round is not positive");
        expect(std::is_sorted(turn->inbox.begin(), turn->inbox.end(),
                              [](const auto& a, const auto& b) { return a.from < b.from; }),
               "an inbox is not ordered");
      }
    });
  });
  report.property("turns and answers are functions of problem and transcript", [&] {
    for_each_play(*topology, [&](Play& play) {
      do {
        expect_same(topology->next(play.problem(), play.transcript()), twin->next(play.problem(), play.transcript()));
        expect(topology->answer(play.problem(), play.transcript()) == twin->answer(play.problem(), play.transcript()),
               "answers differ");
      } while (play.step());
    });
  });
}

}  // namespace espalier::conformance
