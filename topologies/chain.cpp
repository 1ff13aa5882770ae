#include <algorithm>
#include <espalier/plugin.hpp>
#include <espalier/topology.hpp>

namespace {

/// Agents in a row: each hears the one before it, and the question goes to all of them or to the first alone. The last
/// one's text is the answer. The smallest topology that is generated rather than written out.
class Chain final : public espalier::Topology {
 public:
  enum class Audience { all, first };

  struct Params : espalier::Params {
    using espalier::Params::Params;
    std::vector<std::string> roles =
        field("roles", std::vector<std::string>{"solver"}, "Who speaks, in order; a role may come back.");
    Audience question = field("question", Audience::all, "Who is shown the question.",
                              {{"all", Audience::all}, {"first", Audience::first}});

    void validate() const {
      if (roles.empty()) reject("roles", "must name at least one role");
    }
  };

  explicit Chain(Params params) : params_(std::move(params)), graph_(draw(params_)) {}

  static Facts facts(const Params& params) {
    Facts facts{.roles = {}, .graph = draw(params), .longest = static_cast<int>(params.roles.size())};
    for (const auto& role : params.roles) {
      if (std::find(facts.roles.begin(), facts.roles.end(), role) == facts.roles.end()) facts.roles.push_back(role);
    }
    return facts;
  }

  const espalier::Graph& graph() const override { return graph_; }

  std::optional<espalier::Turn> next(const espalier::Problem& problem,
                                     const espalier::Transcript& transcript) const override {
    const int node = transcript.depth();
    if (node >= static_cast<int>(graph_.nodes.size())) return std::nullopt;
    espalier::Turn turn{.node = node, .role = graph_.nodes[static_cast<std::size_t>(node)].role, .round = node + 1};
    if (node == 0 || params_.question == Audience::all)
      turn.inbox.push_back({espalier::kQuestion, problem.question, "question"});
    if (node > 0) {
      turn.inbox.push_back({node - 1, transcript.last().text, graph_.nodes[static_cast<std::size_t>(node - 1)].name});
    }
    return turn;
  }

  std::string answer(const espalier::Problem& problem, const espalier::Transcript& transcript) const override {
    return transcript.empty() ? problem.question : transcript.last().text;
  }

 private:
  static espalier::Graph draw(const Params& params) {
    espalier::Graph graph;
    for (int node = 0; node < static_cast<int>(params.roles.size()); ++node) {
      const std::string& role = params.roles[static_cast<std::size_t>(node)];
      const auto uses = std::count(params.roles.begin(), params.roles.begin() + node, role);
      graph.nodes.push_back({uses == 0 ? role : role + std::to_string(uses + 1), role});
      if (node == 0 || params.question == Audience::all) graph.edges.push_back({espalier::kQuestion, node, ""});
      if (node > 0) graph.edges.push_back({node - 1, node, ""});
    }
    return graph;
  }

  Params params_;
  espalier::Graph graph_;
};

}  // namespace

ESPALIER_PLUGIN(Chain, "Agents in a row, each hearing the one before; the last one answers.")
