#pragma once

#include <cstddef>
#include <cstdint>
#include <espalier/kit/reward/reward_model.hpp>
#include <espalier/learning.hpp>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace espalier::reward {

/// Teaches a reward from trajectories and preferences: the losses of losses.hpp in plain numbers, carried back by the
/// base model. With several losses the mean of each is taken over what it learns from, and they are added by their
/// weights.
class RewardLearner final : public Learner {
 public:
  RewardLearner(RewardModel& model, const LearnerSpec& spec);

  bool compares() const override;
  std::int64_t tokens(const LabelledTrajectory& path) const override;
  int readable(const State& end) const override;
  double accumulate(const TrainingExamples& examples, double share) override;
  double step(double scale) override { return trainer_->step(scale); }
  void save(const std::filesystem::path& file) const override { trainer_->save(file); }
  void restore(const std::filesystem::path& file) override { trainer_->restore(file); }

 private:
  /// Trajectories as inputs (see inputs_of). Their parts, in order, are the messages of the trajectories in order.
  struct Batch {
    std::vector<Serialised> laid;
    std::vector<ModelInput> inputs;
    std::vector<std::size_t> first_message;  ///< of each path, among the messages of all
    std::size_t messages = 0;
  };
  /// Numbers by message: `per_message` each.
  struct Logits {
    std::vector<double> values;
    std::vector<double> gradient;
  };

  /// The states that are read to learn a trajectory: the last one in the full view, in the local view each.
  std::vector<State> inputs_of(const State& end) const;
  Batch lay_out(const TrainingExamples& examples) const;
  void add_input(Batch& batch, const State& state) const;
  /// What is known after a message and may be learned by this reward; null: nothing.
  const Label* label_of(const LabelledTrajectory& path, std::size_t message) const;
  double learn_labels(const WeightedLoss& term, const TrainingExamples& examples, const Batch& batch, double share,
                      Logits& logits) const;
  double learn_preferences(const WeightedLoss& term, const TrainingExamples& examples, const Batch& batch, double share,
                           Logits& logits) const;
  double learn_rows(const TrainingExamples& examples, const Batch& batch, double share, std::span<const float> rows,
                    std::span<float> gradient) const;

  RewardModel& model_;
  std::vector<WeightedLoss> losses_;
  std::size_t per_message_;
  std::unique_ptr<Trainer> trainer_;
};

}  // namespace espalier::reward
