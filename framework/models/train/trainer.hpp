#pragma once

#include <espalier/base_model.hpp>
#include <memory>

#include "models/attention/rotary.hpp"
#include "models/scoring/scoring_head.hpp"
#include "models/train/optimiser.hpp"
#include "models/train/training_pass.hpp"

namespace espalier::models {

/// Changes a backend's weights, or a scoring head's own, in place. While it lives, nothing else may be in flight on
/// that backend during a step.
class TransformerTrainer final : public Trainer {
 public:
  /// Throws std::invalid_argument unless the weights to be learned are float32, and where `gradient` asks for mixed
  /// precision without a GPU.
  TransformerTrainer(std::shared_ptr<TransformerBackend> backend, std::shared_ptr<TransformerScoringHead> scoring_head,
                     const OptimiserSpec& spec, const GradientSpec& gradient);
  ~TransformerTrainer() override;

  double accumulate(std::span<const ModelInput> inputs, const Loss& loss) override;
  double accumulate_language(std::span<const ModelInput> inputs) override;
  double evaluate_language(std::span<const ModelInput> inputs) override;
  double step(double scale) override;
  void save(const std::filesystem::path& file) const override;
  void restore(const std::filesystem::path& file) override;

 private:
  const Adapter* adapter() const { return scoring_head_ ? scoring_head_->adapter() : nullptr; }
  bool learns_states() const;
  at::Tensor logits(const at::Tensor& hidden, const std::vector<std::int64_t>& rows) const;
  at::Tensor logprobs(std::span<const ModelInput> inputs, const Pack& pack, const at::Tensor& hidden) const;
  at::Tensor outputs(std::span<const ModelInput> inputs, const Pack& pack, const TrainingPass* pass) const;
  double learn(std::span<const ModelInput> inputs, const Loss& loss);
  double language(std::span<const ModelInput> inputs, bool learn);
  void changed();

  std::shared_ptr<TransformerBackend> backend_;
  std::shared_ptr<TransformerScoringHead> scoring_head_;
  Weights weights_;  // what is read: detached from gradients where it is not to be learned
  GradientSpec gradient_;
  Optimiser optimiser_;
  RotaryTable rotary_;
};

}  // namespace espalier::models
