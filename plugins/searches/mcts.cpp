#include <algorithm>
#include <cmath>
#include <espalier/kit/search/call_bound.hpp>
#include <espalier/kit/search/distinct_texts.hpp>
#include <espalier/kit/search/horizon.hpp>
#include <espalier/plugin.hpp>
#include <espalier/search.hpp>

#include "mcts/decision.hpp"
#include "mcts/selection.hpp"
#include "mcts/tree.hpp"

namespace {

using espalier::mcts::Decision;
using espalier::mcts::Node;
using espalier::mcts::Rule;

// Monte-Carlo tree search over the messages of a team (MASPRM, arXiv 2510.24803; Kocsis and Szepesvari, "Bandit based
// Monte-Carlo planning", 2006; Rosin, "Multi-armed bandits with episode context", 2011 for puct).
//
// A simulation goes from the root to a terminal state. At a state met for the first time, C candidates are drawn for
// the agent whose turn it is, equal texts count once, and all are scored by the value model in one batch. At every
// state the child with the largest Q + c B is taken (mcts/selection.hpp), where Q counts one virtual visit worth
// V(child), so that unvisited children compete by their value. The terminal's value v is added along the path: N += 1,
// W += v. For an outcome model's say at terminals, the value model `mix` has it.
//
// With `grade_siblings` all terminals of an expansion are backed up by the simulation that drew them, each with its own
// worth: they are paid for, and what is learned from the tree then rests on more returns (the official code's training
// trees).
//
// A simulation waits for every message on its way. Where most of the tree will be visited anyway, `prefetch` draws its
// first turns level by level before the first simulation, which leaves the tree as it is and asks the models in few
// large batches.
//
// The search ends after so many simulations, when the budget cannot carry another one to its end, or when the mean of
// the root has not moved for a while. What is chosen: mcts/decision.hpp. The rule of the paper's training trees is
// `virtual_visits = 0` with `value = { type = "reference" }`.

struct MctsParams : espalier::Params {
  using espalier::Params::Params;
  int simulations =
      field("simulations", 40, "Walks from the root to a terminal state.", espalier::between(1, 1'000'000));
  int candidates = field("candidates", 3, "Messages drawn when a state is expanded.", espalier::between(1, 10'000));
  Rule selection =
      field("selection", Rule::uct, "Bonus for the less visited: the paper's, the official code's, or by prior.",
            {{"uct", Rule::uct}, {"compat", Rule::compat}, {"puct", Rule::puct}});
  double exploration = field("exploration", 2.0, "Weight of that bonus.", espalier::between(0, 1e6));
  int virtual_visits =
      field("virtual_visits", selection == Rule::compat ? 0 : 1,
            "Visits, worth what the value model says, that every child starts with.", espalier::between(0, 1'000));
  std::shared_ptr<espalier::ValueModel> value = plugin<espalier::ValueModel>("value", "Scores states.", "uniform");
  Decision decision = field("decision", Decision::value, "Which terminal is the answer's.",
                            {{"value", Decision::value},
                             {"vote", Decision::vote},
                             {"visits", Decision::visits},
                             {"descent", Decision::descent}});
  bool grade_siblings =
      field("grade_siblings", false, "Back up every terminal of an expansion, not only the one that was reached.");
  int prefetch =
      field("prefetch", 0,
            "Turns drawn ahead, all candidates of each in one batch; those that no simulation asks for are charged "
            "as speculative.",
            espalier::between(0, 1'000));
  int patience = field("patience", 0, "Stop after so many simulations that hardly moved the root's mean; 0: never.",
                       espalier::between(0, 1'000'000));
  double tolerance = field("tolerance", 0.01, "What counts as hardly.", espalier::between(0, 2));
};

/// Notices when the root's mean stands still. A mean beyond 0.95 counts as standing, however it creeps on.
class Stall {
 public:
  Stall(int patience, double tolerance) : patience_(patience), tolerance_(tolerance) {}

  bool reached(double mean) {
    if (patience_ == 0) return false;
    if (std::abs(mean - reference_) > tolerance_) {
      reference_ = mean;
      if (std::abs(mean) < 0.95) {
        still_ = 0;
        return false;
      }
    }
    return ++still_ >= patience_;
  }

 private:
  int patience_;
  double tolerance_;
  double reference_ = 0;
  int still_ = 0;
};

/// The search of one problem.
class Growth {
 public:
  Growth(const MctsParams& params, espalier::Episode& episode)
      : params_(params),
        episode_(episode),
        select_{params.selection, params.exploration, params.virtual_visits},
        tree_(episode.root()),
        horizon_(episode) {}

  espalier::Outcome run() {
    if (tree_.root().state.terminal()) return espalier::first_of({{tree_.root().state, 0.0}}, "done");
    episode_.prefetch(std::vector{tree_.root().state}, {.first = 0, .count = params_.candidates}, params_.prefetch);
    std::string stopped = "done";
    Stall stall(params_.patience, params_.tolerance);
    for (int i = 0; i < params_.simulations; ++i) {
      if (!simulate()) {
        stopped = "budget";
        break;
      }
      if (stall.reached(tree_.root().mean(0))) {
        stopped = "stalled";
        break;
      }
    }
    note_all();
    auto ranked = espalier::mcts::decide(tree_, params_.decision, params_.virtual_visits, episode_);
    if (ranked.empty()) ranked = horizon_.last_resort(episode_, *params_.value);
    return espalier::first_of(std::move(ranked), stopped);
  }

 private:
  /// One simulation, to a terminal; false when the budget does not carry it there.
  bool simulate() {
    Node* node = &tree_.root();
    bool fresh = false;
    while (!node->state.terminal()) {
      fresh = node->children.empty();
      if (fresh && !expand(*node)) return false;
      node = &select_(*node);
    }
    finished_one_ = true;
    finish(*node);
    for (Node* const sibling : node->parent->children) {
      if (fresh && params_.grade_siblings && sibling != node && sibling->state.terminal()) finish(*sibling);
    }
    return true;
  }

  /// Backs up a terminal.
  void finish(Node& leaf) {
    horizon_.saw(leaf.state);
    espalier::mcts::Tree::back_up(leaf);
    std::vector<espalier::State> path;
    for (const Node* node = &leaf; node->parent != nullptr; node = node->parent) path.push_back(node->state);
    std::reverse(path.begin(), path.end());
    episode_.simulation(path, leaf.worth);
  }

  bool expand(Node& node) {
    const int width = affordable_width(node.state);
    if (width == 0) return false;
    auto drawn = episode_.expand(std::vector{node.state}, {.first = 0, .count = width});
    const auto states = espalier::distinct_texts(std::move(drawn.front()));
    const auto values = episode_.score(*params_.value, states);
    for (std::size_t i = 0; i < states.size(); ++i) tree_.add(node, states[i]).worth = values[i].mean;
    if (params_.selection == Rule::puct) espalier::mcts::check_logprobs(node.children);
    espalier::mcts::set_priors(node.children);
    return true;
  }

  /// Candidates that leave enough for the rest of the simulation. A first one goes on as long as there is a call left,
  /// as the graph's longest path may not be the one it takes; later ones are not begun in vain.
  int affordable_width(const espalier::State& state) const {
    if (!finished_one_)
      return std::min(params_.candidates, horizon_.affordable_candidates(episode_, state, params_.candidates));
    const int reserve = horizon_.turns_left(state) - 1;
    return std::clamp(episode_.affordable(params_.candidates + reserve) - reserve, 0, params_.candidates);
  }

  void note_all() {
    for (const Node& node : tree_.nodes()) {
      if (node.parent == nullptr) continue;
      episode_.note(node.state, {.value = node.mean(params_.virtual_visits),
                                 .prior = node.prior,
                                 .visits = node.visits,
                                 .more = {{"worth", node.worth}}});
    }
  }

  const MctsParams& params_;
  espalier::Episode& episode_;
  espalier::mcts::Selection select_;
  espalier::mcts::Tree tree_;
  espalier::Horizon horizon_;
  bool finished_one_ = false;
};

class Mcts final : public espalier::Search {
 public:
  using Params = MctsParams;

  static Facts facts(const Params& params) {
    return {.calls = [simulations = params.simulations,
                      width = params.candidates](int turns) { return espalier::call_bound(turns, width, simulations); },
            .logprobs = params.selection == Rule::puct};
  }

  explicit Mcts(Params params) : params_(std::move(params)) {}

  espalier::Outcome solve(espalier::Episode& episode) const override { return Growth(params_, episode).run(); }

 private:
  Params params_;
};

}  // namespace

ESPALIER_PLUGIN(Mcts, "Monte-Carlo tree search over messages, guided by a value model.")
