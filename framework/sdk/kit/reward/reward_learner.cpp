#include <algorithm>
#include <espalier/kit/reward/reward_learner.hpp>
#include <utility>

namespace espalier::reward {
namespace {

/// The state after the first `messages` messages of a trajectory.
State cut(const State& end, int messages) {
  State state = end;
  while (state.transcript.depth() > messages) state.transcript = state.transcript.parent();
  return state;
}

}  // namespace

RewardLearner::RewardLearner(RewardModel& model, const LearnerSpec& spec)
    : model_(model),
      losses_(parse_losses(model.params_.loss)),
      per_message_(static_cast<std::size_t>(model.pooling_.logits())),
      trainer_(model.base_model_->train(model.scoring_head_, spec.optimiser, spec.gradient)) {}

bool RewardLearner::compares() const {
  return std::ranges::any_of(losses_, [](const auto& term) { return term.loss->of_preference != nullptr; });
}

std::vector<State> RewardLearner::inputs_of(const State& end) const {
  if (model_.layout_.view == Serialisation::View::full) return {end};
  std::vector<State> states;
  for (int message = 1; message <= end.transcript.depth(); ++message) states.push_back(cut(end, message));
  return states;
}

std::int64_t RewardLearner::tokens(const LabelledTrajectory& path) const {
  std::int64_t count = 0;
  for (const State& state : inputs_of(path.end))
    count += std::ssize(serialise(*model_.base_model_, state, model_.layout_).tokens);
  return count;
}

int RewardLearner::readable(const State& end) const {
  int messages = 0;
  for (const State& state : inputs_of(end)) {
    for (const std::int32_t separator : serialise(*model_.base_model_, state, model_.layout_).separators) {
      if (separator >= model_.base_model_->context()) return messages;
      ++messages;
    }
  }
  return messages;
}

void RewardLearner::add_input(Batch& batch, const State& state) const {
  Serialised& laid = batch.laid.emplace_back(serialise(*model_.base_model_, state, model_.layout_));
  auto at = model_.pooling_.positions({laid.begins, laid.separators}, 0);
  batch.inputs.push_back({.tokens = laid.tokens, .at = std::move(at)});
  batch.messages += laid.begins.size();
}

RewardLearner::Batch RewardLearner::lay_out(const TrainingExamples& examples) const {
  Batch batch;
  for (const auto& path : examples.trajectories) {
    batch.first_message.push_back(batch.messages);
    for (const State& state : inputs_of(path.end)) add_input(batch, state);
  }
  return batch;
}

const Label* RewardLearner::label_of(const LabelledTrajectory& path, std::size_t message) const {
  const bool last = message + 1 == path.labels.size();
  if (model_.teaches_ == Teaches::outcome && !(last && path.end.terminal())) return nullptr;
  return path.labels[message] ? &*path.labels[message] : nullptr;
}

double RewardLearner::learn_labels(const WeightedLoss& term, const TrainingExamples& examples, const Batch& batch,
                                   double share, Logits& logits) const {
  double total = 0;
  const auto each = [&](const auto& visit) {
    for (std::size_t path = 0; path < examples.trajectories.size(); ++path) {
      for (std::size_t message = 0; message < examples.trajectories[path].labels.size(); ++message) {
        const Label* label = label_of(examples.trajectories[path], message);
        if (label != nullptr) visit(*label, (batch.first_message[path] + message) * per_message_);
      }
    }
  };
  each([&](const Label& label, std::size_t) { total += term.loss->weight(label); });
  if (total <= 0) return 0;
  double loss = 0;
  each([&](const Label& label, std::size_t at) {
    const double part = term.weight * term.loss->weight(label) / total;
    if (term.loss->of_bins != nullptr) {
      loss += part * term.loss->of_bins(std::span(logits.values).subspan(at, per_message_), label, share * part,
                                        std::span(logits.gradient).subspan(at, per_message_));
    } else {
      const Slope slope = term.loss->of_label(logits.values[at], label);
      loss += part * slope.loss;
      logits.gradient[at] += share * part * slope.gradient;
    }
  });
  return loss;
}

double RewardLearner::learn_preferences(const WeightedLoss& term, const TrainingExamples& examples, const Batch& batch,
                                        double share, Logits& logits) const {
  double total = 0;
  for (const auto& pair : examples.preferences) total += pair.weight;
  if (total <= 0) return 0;
  double loss = 0;
  for (const auto& pair : examples.preferences) {
    const auto place = [&](std::size_t path) {
      return batch.first_message[path] + static_cast<std::size_t>(pair.depth) - 1;
    };
    const std::size_t preferred = place(pair.preferred);
    const std::size_t other = place(pair.other);
    const double part = term.weight * pair.weight / total;
    const Slope slope = term.loss->of_preference(logits.values[preferred] - logits.values[other]);
    loss += part * slope.loss;
    logits.gradient[preferred] += share * part * slope.gradient;
    logits.gradient[other] -= share * part * slope.gradient;
  }
  return loss;
}

double RewardLearner::learn_rows(const TrainingExamples& examples, const Batch& batch, double share,
                                 std::span<const float> rows, std::span<float> gradient) const {
  const LogitPooling& pooling = model_.pooling_;
  const auto width = static_cast<std::size_t>(model_.scoring_head_->outputs());
  Logits logits;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < batch.inputs.size(); ++i) {
    const std::size_t count = batch.inputs[i].at.size() * width;
    Carried carried;
    const auto read =
        pooling.read(rows.subspan(begin, count), {batch.laid[i].begins, batch.laid[i].separators}, 0, carried);
    logits.values.insert(logits.values.end(), read.begin(), read.end());
    begin += count;
  }
  logits.gradient.assign(logits.values.size(), 0.0);
  double loss = 0;
  for (const auto& term : losses_) {
    loss += term.loss->of_preference != nullptr ? learn_preferences(term, examples, batch, share, logits)
                                                : learn_labels(term, examples, batch, share, logits);
  }
  begin = 0;
  std::size_t logit = 0;
  for (std::size_t i = 0; i < batch.inputs.size(); ++i) {
    const std::size_t count = batch.inputs[i].at.size() * width;
    const std::size_t own = batch.laid[i].begins.size() * per_message_;
    pooling.learn(rows.subspan(begin, count), {batch.laid[i].begins, batch.laid[i].separators},
                  std::span(logits.gradient).subspan(logit, own), gradient.subspan(begin, count));
    begin += count;
    logit += own;
  }
  return loss;
}

double RewardLearner::accumulate(const TrainingExamples& examples, double share) {
  const Batch batch = lay_out(examples);
  return trainer_->accumulate(batch.inputs, [&](std::span<const float> rows, std::span<float> gradient) {
    return learn_rows(examples, batch, share, rows, gradient);
  });
}

}  // namespace espalier::reward
