#include "study/learning/value_training.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "study/shuffle.hpp"

namespace espalier::study {
namespace {

/// Adds what one tree teaches to a batch.
void append(TrainingExamples& to, const TrainingExamples& more) {
  const std::size_t offset = to.trajectories.size();
  to.trajectories.insert(to.trajectories.end(), more.trajectories.begin(), more.trajectories.end());
  for (Preference preference : more.preferences) {
    preference.preferred += offset;
    preference.other += offset;
    to.preferences.push_back(preference);
  }
}

}  // namespace

std::vector<Judgement> judge(ValueModel& model, std::span<const SearchTree> trees, const Topology& topology) {
  std::vector<Judgement> judgements;
  std::size_t siblings = 0;  // numbers the groups of siblings over all trees
  for (std::size_t problem = 0; problem < trees.size(); ++problem) {
    const SearchTree& tree = trees[problem];
    std::vector<State> states;
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
      const TreeNode& node = tree.nodes[i];
      if (node.visits == 0) continue;
      states.push_back(tree.state(i, topology));
      judgements.push_back({.target = node.mean(),
                            .visits = node.visits,
                            .successes = node.successes,
                            .depth = node.transcript.depth(),
                            .role = node.role,
                            .problem = problem,
                            .parent = siblings + static_cast<std::size_t>(node.parent + 1)});
    }
    siblings += tree.nodes.size() + 1;
    const auto values = model.score(states);
    for (std::size_t i = 0; i < values.size(); ++i) {
      judgements[judgements.size() - values.size() + i].value = values[i].mean;
    }
  }
  return judgements;
}

ValueTask::ValueTask(const ValueJob& job) : job_(job) {
  for (const auto& examples : job_.examples) {
    std::int64_t tokens = 0;
    for (const auto& path : examples.trajectories) tokens += job_.learner.tokens(path);
    tokens_.push_back(tokens);
  }
  order_round();
}

void ValueTask::order_round() {
  order_.resize(job_.examples.size());
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  shuffle(order_, job_.key.child("order").child(round_));
}

ProblemExamples ValueTask::next_batch() {
  ProblemExamples batch;
  while (batch.tokens < job_.params.batch_tokens) {
    if (next_ == order_.size()) {
      next_ = 0;
      ++round_;
      order_round();
    }
    const std::size_t tree = order_[next_++];
    append(batch.examples, job_.examples[tree]);
    batch.tokens += std::max<std::int64_t>(1, tokens_[tree]);
  }
  return batch;
}

TrainingTask::Step ValueTask::step(double, double scale) {
  Step step;
  const double share = 1.0 / job_.params.accumulate;
  for (int i = 0; i < job_.params.accumulate; ++i) {
    const ProblemExamples batch = next_batch();
    step.loss += share * job_.learner.accumulate(batch.examples, share);
    step.tokens += batch.tokens;
  }
  job_.learner.step(scale);
  return step;
}

Json ValueTask::evaluate() {
  const auto most = static_cast<std::size_t>(job_.params.held_out_trees);
  const auto trees = std::span(job_.held_out).first(std::min(most, job_.held_out.size()));
  const auto judgements = judge(job_.model, trees, job_.topology);
  for (const auto& judgement : judgements)
    if (!std::isfinite(judgement.value)) return {{criterion(), judgement.value}};
  return figures_of(judgements);
}

std::string ValueTask::criterion() const {
  switch (job_.params.best_by) {
    case ValueFitParams::Best::auc_within:
      return "auc_within";
    case ValueFitParams::Best::rmse:
      return "rmse";
    case ValueFitParams::Best::pair_accuracy:
      return "pair_accuracy";
    case ValueFitParams::Best::pearson:
      return "pearson";
    case ValueFitParams::Best::brier:
      return "brier";
  }
  return "auc_within";
}

bool ValueTask::higher_is_better() const {
  return job_.params.best_by != ValueFitParams::Best::rmse && job_.params.best_by != ValueFitParams::Best::brier;
}

Json ValueTask::place() const { return {{"round", round_}, {"next", next_}}; }

void ValueTask::go_to(const Json& place) {
  round_ = place.at("round");
  next_ = place.at("next");
  order_round();
}

}  // namespace espalier::study
