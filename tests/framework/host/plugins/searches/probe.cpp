#include <espalier/plugin.hpp>
#include <espalier/search.hpp>

namespace {

/// Has a parameter of every sort, so that tests can get each of them wrong.
class Probe final : public espalier::Search {
 public:
  enum class Rule { value, visits };

  struct Limits : espalier::Params {
    using espalier::Params::Params;
    int depth = field("depth", 4, "Deepest node.", espalier::between(1, 64));
  };

  struct Edge : espalier::Params {
    using espalier::Params::Params;
    std::string from = required<std::string>("from", "Where it starts.");
    std::string to = field("to", "end", "Where it ends.");
  };

  struct Params : espalier::Params {
    using espalier::Params::Params;
    int simulations = field("simulations", 40, "Rollouts | per problem.", espalier::between(1, 100'000));
    double exploration = field("exploration", 1.5, "Weight of what is not known.", espalier::between(0, 1e300));
    bool keep = field("keep", true, "Keep the tree.");
    Rule rule = field("rule", Rule::value, "What is chosen.",
                      {espalier::Choice<Rule>{"value", Rule::value}, {"visits", Rule::visits}});
    std::optional<int> horizon = maybe<int>("horizon", "Stop there.");
    std::vector<int> widths = field("widths", std::vector<int>{3, 2}, "Candidates by depth.", espalier::between(1, 9));
    std::vector<std::string> words = field("words", std::vector<std::string>{}, "Words.");
    std::string device = setting("device", "auto", "Where it runs.");
    std::optional<std::filesystem::path> notes = maybe_file("notes", "What it reads.");
    std::vector<espalier::Named<std::string>> prompts = dictionary("prompts", "Texts by role.");
    Limits limits = table<Limits>("limits", "How far it goes.");
    std::vector<espalier::Named<Edge>> edges = tables<Edge>("edges", "Edges.");
    std::shared_ptr<espalier::ValueModel> value = plugin<espalier::ValueModel>("value", "What scores.", "constant");

    void validate() const {
      for (const auto& edge : edges) {
        if (edge.value.from == edge.value.to) reject("edges[" + edge.name + "].to", "is where the edge starts");
      }
    }
  };

  explicit Probe(Params params) : params_(std::move(params)) {}

  espalier::Outcome solve(espalier::Episode&) const override {
    return {.chosen = {}, .ranked = {}, .stopped = std::to_string(params_.simulations)};
  }

 private:
  Params params_;
};

}  // namespace

ESPALIER_PLUGIN(Probe, "Searches nothing, and has a parameter of every sort.")
