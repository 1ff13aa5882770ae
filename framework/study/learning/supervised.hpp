#pragma once

#include <espalier/trunk.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "study/json.hpp"
#include "study/stages/fit_params.hpp"
#include "study/learning/language_lessons.hpp"
#include "study/learning/training_loop.hpp"

namespace espalier::study {

/// What a supervised training works with; all of it must outlive the training.
struct SupervisedJob {
  const FitParams& params;
  const Curriculum& training;
  const Curriculum& held_out;
  double input_loss_until = 0.0;  ///< share of the training in which prompts are learned too
  std::shared_ptr<Trunk> trunk;
  Key key;
};

/// Teaches a trunk to say what lessons say.
///
/// Every step reads about `batch_tokens` tokens of the lesson stream, takes the mean cross-entropy of the target tokens
/// (of prompts too during the first part of the training) and moves the weights. The held-out lessons are read at every
/// evaluation; the weights with the lowest loss on them are the best. Lessons longer than the trunk's context are left
/// out; the first one is told in a warning.
class SupervisedTask final : public TrainingTask {
 public:
  /// Throws LessonError where no held-out lesson fits the context.
  explicit SupervisedTask(const SupervisedJob& job);

  Step step(double done, double scale) override;
  Json evaluate() override;
  std::string criterion() const override { return "held_out_loss"; }
  bool higher_is_better() const override { return false; }
  void save_checkpoint(const std::filesystem::path& folder) const override { job_.trunk->save(folder); }
  void save_state(const std::filesystem::path& file) const override { trainer_->save(file); }
  void restore_state(const std::filesystem::path& file) override { trainer_->restore(file); }
  Json place() const override;
  void go_to(const Json& place) override;

 private:
  /// Nothing where the lesson is too long to be read.
  std::optional<Reading> reading_of(const Lesson& lesson, bool with_prompt);
  /// The next lesson of the stream that can be read.
  Reading next_reading(bool with_prompt);

  SupervisedJob job_;
  bool warned_ = false;  ///< of a lesson that was too long
  std::unique_ptr<Trainer> trainer_;
  LessonStream stream_;
  std::map<std::string, std::vector<Reading>> held_out_;  ///< by role
};

/// What the best weights of a supervised fit lose, by role: for summary.json.
Json losses_by_role(const Json& figures);

}  // namespace espalier::study
