#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "study/json.hpp"
#include "study/results/progress.hpp"
#include "study/stages/fit_params.hpp"

namespace espalier::study {

/// What is trained, one step at a time; the loop around it is the same for everything.
class TrainingTask {
 public:
  virtual ~TrainingTask() = default;

  struct Step {
    double loss = 0.0;
    std::int64_t tokens = 0;
  };
  /// Learns from the next batch. `done`: share of the training that lies behind; `scale` multiplies the learning rates.
  virtual Step step(double done, double scale) = 0;
  /// Figures on held-out problems; one of them is the one weights are compared by.
  virtual Json evaluate() = 0;
  /// The figure of `evaluate` that decides, and whether more of it is better.
  virtual std::string criterion() const = 0;
  virtual bool higher_is_better() const = 0;
  /// Writes the weights as a checkpoint into an empty folder.
  virtual void save_checkpoint(const std::filesystem::path& folder) const = 0;
  /// Writes and reads weights and optimiser, all that the future of the training depends on beside `place`.
  virtual void save_state(const std::filesystem::path& file) const = 0;
  virtual void restore_state(const std::filesystem::path& file) = 0;
  /// Where in its data the training is.
  virtual Json place() const = 0;
  virtual void go_to(const Json& place) = 0;
};

/// A training whose loss or figures ceased to be finite before any evaluation: there are no weights to keep. Says at
/// which step and learning rate.
class TrainingDiverged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A training with all around it: learning rates over time, evaluations, the best weights, saves, a live line.
///
/// Weights that are best by the task's criterion are kept in the workspace; where the criterion is null, as there is
/// nothing to tell it by, those of the last evaluation. Every so many seconds, and when asked to stop, everything is
/// saved, so that the training, begun again, ends with the weights it would have had (bit-equal on a CPU, where its
/// length is given in steps). A training that meets a loss or a figure that is not finite ends there, as its weights
/// would stay so; what was best before is kept, with a warning.
class TrainingLoop {
 public:
  /// `stage` names the training in warnings. All arguments must outlive the loop. `stopping` is asked after every step.
  TrainingLoop(TrainingTask& task, const FitParams& fit, std::string stage, std::filesystem::path workspace,
               std::function<bool()> stopping);

  /// Returns false when it was asked to stop. Throws TrainingDiverged.
  bool run();

  /// The folder with the best weights. Requires run().
  std::filesystem::path best() const { return best_of(progress_.best_step); }
  /// Figures for summary.json: steps, tokens, seconds, the best step and what it was best by (null: see above), and,
  /// where the training diverged, at which step.
  Json summary() const;
  /// One row of figures per evaluation.
  const std::vector<Json>& rows() const { return progress_.curve; }
  /// The evaluation the best weights had.
  const Json& best_figures() const;
  /// The training's curve as comma-separated values with a header.
  std::string curve() const;

 private:
  using Clock = std::chrono::steady_clock;

  /// All that changes while training, beside weights and place.
  struct Progress {
    int step = 0;
    std::int64_t tokens = 0;
    double seconds = 0.0;
    std::optional<double> best;  ///< nothing: the criterion could not be told
    int best_step = -1;
    std::vector<Json> curve;  ///< one row per evaluation
  };

  double share_done() const;
  bool is_done() const;
  bool out_of_patience() const;
  std::filesystem::path best_of(int step) const { return workspace_ / ("best-" + std::to_string(step)); }
  /// Returns false when a figure is not finite.
  bool evaluate(double train_loss, double scale);
  void keep_best();
  /// Takes away best weights of other steps than the best one and the one a saved state names.
  void drop_older_best();
  void diverge(double scale);
  void save();
  void restore();
  void report(double train_loss);

  TrainingTask& task_;
  const FitParams& fit_;
  std::string stage_;
  std::filesystem::path workspace_;
  std::function<bool()> stopping_;
  Progress progress_;
  int saved_best_step_ = -1;  ///< the best one of the state that was saved last
  std::optional<int> diverged_step_;
  double seconds_before_ = 0.0;
  StatusLine line_;
  Clock::time_point reported_;
};

}  // namespace espalier::study
