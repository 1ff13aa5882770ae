#pragma once

#include <espalier/base_model.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "study/json.hpp"
#include "study/learning/training_examples.hpp"
#include "study/learning/training_loop.hpp"
#include "study/stages/fit_params.hpp"

namespace espalier::study {

/// What a supervised training works with; all of it must outlive the training.
struct SupervisedJob {
  const FitParams& params;
  const ExampleSource& training;
  const ExampleSource& held_out;
  double input_loss_until = 0.0;  ///< share of the training in which prompts are learned too
  std::shared_ptr<BaseModel> base_model;
  Key key;
};

/// Teaches a base model to say what training examples say.
///
/// Every step reads about `batch_tokens` tokens of the training example stream, takes the mean cross-entropy of the
/// target tokens (of prompts too during the first part of the training) and moves the weights. The held-out training
/// examples are read at every evaluation; the weights with the lowest loss on them are the best. Training examples
/// longer than the base model's context are left out; the first one is told in a warning.
class SupervisedTask final : public TrainingTask {
 public:
  /// Throws ExampleError where no held-out training example fits the context.
  explicit SupervisedTask(const SupervisedJob& job);

  Step step(double done, double scale) override;
  Json evaluate() override;
  std::string criterion() const override { return "held_out_loss"; }
  bool higher_is_better() const override { return false; }
  void save_checkpoint(const std::filesystem::path& folder) const override { job_.base_model->save(folder); }
  void save_state(const std::filesystem::path& file) const override { trainer_->save(file); }
  void restore_state(const std::filesystem::path& file) override { trainer_->restore(file); }
  Json place() const override;
  void go_to(const Json& place) override;

 private:
  /// Nothing where the training example is too long to be read.
  std::optional<ModelInput> input_of(const TrainingExample& example, bool with_prompt);
  /// The next training example of the stream that can be read.
  ModelInput next_input(bool with_prompt);

  SupervisedJob job_;
  bool warned_ = false;  ///< of a training example that was too long
  std::unique_ptr<Trainer> trainer_;
  ExampleStream stream_;
  std::map<std::string, std::vector<ModelInput>> held_out_;  ///< by role
};

/// What the best weights of a supervised fit lose, by role: for summary.json.
Json losses_by_role(const Json& figures);

}  // namespace espalier::study
