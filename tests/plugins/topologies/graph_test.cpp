#include <doctest/doctest.h>

#include <algorithm>
#include <espalier/topology.hpp>
#include <regex>

#include "support/built_plugin.hpp"

using namespace espalier;
using espalier::testing::Settings;

namespace {

struct Edge {
  std::string from;
  std::string to;
  std::string condition = {};  ///< a key of the edge's table
  std::string pattern = {};
};

Settings literal(const std::vector<std::string>& nodes, const std::vector<Edge>& edges) {
  Settings settings;
  for (const auto& node : nodes) settings.add("nodes", node);
  for (const auto& [from, to, condition, pattern] : edges) {
    auto& edge = settings.add("edges").set("from", from.c_str()).set("to", to.c_str());
    if (!condition.empty()) edge.set(condition, pattern.c_str());
  }
  return settings;
}

std::shared_ptr<Topology> graph(const std::vector<std::string>& nodes, const std::vector<Edge>& edges) {
  return testing::create<Topology>("graph", literal(nodes, edges));
}

std::vector<std::string> rejections(Settings settings) {
  testing::built_plugin(Topology::kind, "graph").describe(settings);
  return settings.rejections();
}

Transcript said(const Transcript& before, int node, std::string text) {
  Message message;
  message.node = node;
  message.text = std::move(text);
  return before.extended(std::move(message), 0);
}

// The slow reference: the definition, played message by message. Deliveries are kept per receiver; nothing is
// precomputed, and conditions are evaluated by other code than the plugin's.
class Replay {
 public:
  Replay(std::vector<std::string> nodes, std::vector<Edge> edges, std::string question)
      : nodes_(std::move(nodes)), edges_(std::move(edges)), question_(std::move(question)) {
    dispatch(-1, question_);
    while (order_.size() < nodes_.size()) {
      for (int node = 0; node < size(); ++node) {
        if (!placed(node) && all_of_senders(node, [&](int from) { return from < 0 || placed(from); })) {
          order_.push_back(node);
          break;
        }
      }
    }
  }

  std::optional<int> next() const {
    for (const int node : order_) {
      if (said_.contains(node)) continue;
      if (all_of_senders(node, [&](int from) { return delivered_.contains({node, from}); })) return node;
    }
    return std::nullopt;
  }

  std::vector<std::pair<int, std::string>> inbox(int node) const {
    std::vector<std::pair<int, std::string>> found;
    for (const auto& [place, text] : delivered_) {
      if (place.first == node) found.emplace_back(place.second, text);
    }
    return found;
  }

  int round(int node) const {
    int longest = 1;
    for (const auto& edge : edges_) {
      if (index(edge.to) == node && index(edge.from) >= 0) longest = std::max(longest, 1 + round(index(edge.from)));
    }
    return longest;
  }

  void speak(int node, const std::string& text) {
    said_[node] = text;
    dispatch(node, text);
  }

  std::string answer() const {
    std::vector<int> sinks;
    for (const auto& [node, text] : said_) {
      const bool sends = std::any_of(edges_.begin(), edges_.end(),
                                     [&, from = node](const Edge& edge) { return index(edge.from) == from; });
      if (!sends) sinks.push_back(node);
    }
    if (sinks.size() == 1) return said_.at(sinks[0]);
    if (!sinks.empty()) {
      std::string all;
      for (const int node : sinks) {
        if (node != sinks[0]) all += "\n\n";
        all.append("[").append(std::to_string(node)).append("] ").append(said_.at(node));
      }
      return all;
    }
    std::string last = question_;
    for (const int node : order_) {
      if (said_.contains(node)) last = said_.at(node);
    }
    return last;
  }

 private:
  int size() const { return static_cast<int>(nodes_.size()); }
  bool placed(int node) const { return std::find(order_.begin(), order_.end(), node) != order_.end(); }
  int index(const std::string& name) const {
    const auto found = std::find(nodes_.begin(), nodes_.end(), name);
    return found == nodes_.end() ? -1 : static_cast<int>(found - nodes_.begin());
  }
  template <class Test>
  bool all_of_senders(int node, Test test) const {
    return std::all_of(edges_.begin(), edges_.end(),
                       [&](const Edge& edge) { return index(edge.to) != node || test(index(edge.from)); });
  }
  static std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
  }
  static bool holds(const Edge& edge, const std::string& text) {
    if (edge.condition == "contains") return lower(text).find(lower(edge.pattern)) != std::string::npos;
    if (edge.condition == "not_contains") return lower(text).find(lower(edge.pattern)) == std::string::npos;
    if (edge.condition == "regex") return std::regex_search(text, std::regex(edge.pattern));
    if (edge.condition == "not_regex") return !std::regex_search(text, std::regex(edge.pattern));
    return true;
  }
  void dispatch(int from, const std::string& text) {
    for (const auto& edge : edges_) {
      if (index(edge.from) == from && holds(edge, text)) delivered_[{index(edge.to), from}] = text;
    }
  }

  std::vector<std::string> nodes_;
  std::vector<Edge> edges_;
  std::string question_;
  std::vector<int> order_;
  std::map<int, std::string> said_;
  std::map<std::pair<int, int>, std::string> delivered_;  ///< by receiver and sender
};

template <class T>
const T& any_of(const std::vector<T>& values, Random& random) {
  return values[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(values.size()) - 1))];
}

/// A random acyclic graph in which everybody hears somebody; the order of indices is not the order of turns.
std::vector<Edge> random_edges(const std::vector<std::string>& nodes, Random& random) {
  std::vector<std::string> turn = nodes;
  for (std::size_t i = turn.size(); i > 1; --i)
    std::swap(turn[i - 1], turn[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(i) - 1))]);
  const std::vector<Edge> conditions = {{"", "", "", ""},           {"", "", "", ""},
                                        {"", "", "contains", "Ab"}, {"", "", "not_contains", "bB"},
                                        {"", "", "regex", "a+b"},   {"", "", "not_regex", "^a"}};
  std::vector<Edge> edges;
  for (std::size_t i = 0; i < turn.size(); ++i) {
    std::vector<std::string> senders{"question"};
    senders.insert(senders.end(), turn.begin(), turn.begin() + static_cast<std::ptrdiff_t>(i));
    const std::size_t sure = static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(i)));
    for (std::size_t sender = 0; sender <= i; ++sender) {
      if (sender != sure && !random.chance(0.35)) continue;
      const Edge& condition = any_of(conditions, random);
      edges.push_back({senders[sender], turn[i], condition.condition, condition.pattern});
    }
  }
  return edges;
}

std::string random_text(Random& random) {
  std::string text;
  const auto length = random.between(0, 6);
  for (std::int64_t i = 0; i < length; ++i) text += "aAbBx"[random.between(0, 4)];
  return text;
}

}  // namespace

TEST_CASE("a graph behaves like the slow replay of its definition on random graphs and texts") {
  const std::vector<std::string> names = {"n0", "n1", "n2", "n3", "n4", "n5", "n6"};
  int skipped = 0;
  for (std::uint64_t trial = 0; trial < 3000; ++trial) {
    Random random(Key{7, trial});
    const std::vector<std::string> nodes(names.begin(), names.begin() + random.between(1, 7));
    const auto edges = random_edges(nodes, random);
    const auto plugin = graph(nodes, edges);
    const Problem problem{.id = "p", .question = random_text(random), .attributes = {}};
    Replay replay(nodes, edges, problem.question);
    Transcript transcript(Key{1, 2});
    while (true) {
      REQUIRE(plugin->answer(problem, transcript) == replay.answer());
      const auto turn = plugin->next(problem, transcript);
      const auto expected = replay.next();
      REQUIRE(turn.has_value() == expected.has_value());
      if (!turn) break;
      REQUIRE(turn->node == *expected);
      REQUIRE(turn->role == nodes[static_cast<std::size_t>(turn->node)]);
      REQUIRE(turn->round == replay.round(turn->node));
      std::vector<std::pair<int, std::string>> inbox;
      for (const auto& delivery : turn->inbox) inbox.emplace_back(delivery.from, delivery.text);
      REQUIRE(inbox == replay.inbox(turn->node));
      const std::string text = random_text(random);
      transcript = said(transcript, turn->node, text);
      replay.speak(turn->node, text);
    }
    if (transcript.depth() < static_cast<int>(nodes.size())) ++skipped;
  }
  CHECK(skipped > 500);  // the conditions did something
}

TEST_CASE("a suppressed edge silences its receiver and the verifier's text stands") {
  const auto refine =
      graph({"solver", "verifier", "refiner"}, {{"question", "solver"},
                                                {"question", "verifier"},
                                                {"solver", "verifier"},
                                                {"solver", "refiner"},
                                                {"verifier", "refiner", "regex", "(?i)\\bincorrect\\b"}});
  const Problem problem{.id = "p", .question = "2 + 2?", .attributes = {}};
  auto transcript = said(said(Transcript(), 0, "5"), 1, "Correct: 5");
  CHECK_FALSE(refine->next(problem, transcript));
  CHECK(refine->answer(problem, transcript) == "Correct: 5");

  transcript = said(transcript.parent(), 1, "This is INCORRECT.");
  const auto turn = refine->next(problem, transcript);
  REQUIRE(turn);
  CHECK(turn->node == 2);
  CHECK(turn->round == 3);
  REQUIRE(turn->inbox.size() == 2);
  CHECK(turn->inbox[0].name == "solver");
  CHECK(turn->inbox[1].text == "This is INCORRECT.");
  CHECK(refine->answer(problem, said(transcript, 2, "4")) == "4");
}

TEST_CASE("the answer rule can name a node") {
  auto settings = literal({"a", "b"}, {{"question", "a"}, {"a", "b"}});
  settings.set("answer", "a");
  const auto plugin = testing::create<Topology>("graph", settings);
  const Problem problem{.id = "p", .question = "q", .attributes = {}};
  CHECK(plugin->answer(problem, Transcript()) == "q");
  CHECK(plugin->answer(problem, said(said(Transcript(), 0, "first"), 1, "second")) == "first");
}

TEST_CASE("facts list roles once and the longest run") {
  Settings settings;
  settings.add("nodes", "a").set("role", "solver");
  settings.add("nodes", "b").set("role", "solver");
  settings.add("nodes", "judge");
  for (const auto* name : {"a", "b", "judge"}) settings.add("edges").set("from", "question").set("to", name);
  const auto facts = std::any_cast<Topology::Facts>(testing::built_plugin(Topology::kind, "graph").facts(settings));
  CHECK(facts.roles == std::vector<std::string>{"solver", "judge"});
  CHECK(facts.longest == 3);
  CHECK(facts.graph.nodes[1].name == "b");
}

TEST_CASE("mistakes in a graph are rejected where they stand") {
  using Expected = std::vector<std::string>;
  CHECK(rejections(literal({"a", "b", "c"}, {{"question", "a"}, {"a", "b"}, {"b", "c"}, {"c", "b"}})) ==
        Expected{"edges[3]: closes a cycle: b -> c -> b"});
  CHECK(rejections(literal({"a"}, {{"question", "a"}, {"a", "a"}})) == Expected{"edges[1]: closes a cycle: a -> a"});
  CHECK(rejections(literal({"a", "b"}, {{"question", "a"}})) ==
        Expected{"nodes.b: hears nobody; add an edge from the question or from another node"});
  CHECK(rejections(literal({"a", "b", "c"}, {{"question", "a"}, {"b", "c"}})) ==
        Expected{"nodes.b: hears nobody; add an edge from the question or from another node",
                 "nodes.c: is never reached from the question"});
  CHECK(rejections(literal({"a"}, {{"question", "a"}, {"x", "a"}, {"question", "y"}})) ==
        Expected{"edges[1].from: names no node: there is no x; known: question, a",
                 "edges[2].to: names no node: there is no y; known: a"});
  CHECK(rejections(literal({"a"}, {{"question", "a"}, {"question", "a"}})) ==
        Expected{"edges[1]: is there already: from question to a"});
  CHECK(rejections(literal({"a"}, {{"question", "a"}, {"a", "question"}})) ==
        Expected{"edges[1].to: cannot be the question, which hears nobody"});
  CHECK(rejections(literal({"a"}, {{"question", "a", "regex", "(a"}})) ==
        Expected{"edges.0.regex: is no regular expression: missing closing parenthesis at character 3"});
  CHECK(rejections(literal({"question"}, {{"question", "question"}})).front() ==
        "nodes.question: is reserved for what is asked; choose another name");
  CHECK(rejections(Settings()) == Expected{"nodes: must name at least one node"});

  auto two = literal({"a", "b"}, {{"question", "a"}});
  two.add("edges").set("from", "a").set("to", "b").set("contains", "x").set("regex", "y");
  CHECK(rejections(std::move(two)) ==
        Expected{"edges.1.regex: is a second condition beside contains; an edge has at most one"});

  auto answer = literal({"a"}, {{"question", "a"}});
  answer.set("answer", "b");
  CHECK(rejections(std::move(answer)) == Expected{"answer: names no node; known: a"});
}
