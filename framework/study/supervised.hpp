#pragma once

#include <chrono>
#include <espalier/trunk.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "study/demonstrations.hpp"
#include "study/json.hpp"
#include "study/progress.hpp"

namespace espalier::study {

/// What a supervised training works with; all of it must outlive the training.
struct SupervisedJob {
  const SupervisedParams& params;
  const Dialogues& dialogues;
  const std::vector<Item>& items;
  const std::vector<Item>& held_out;
  std::shared_ptr<Trunk> trunk;
  Key key;
  std::filesystem::path workspace;
  std::function<bool()> stopping;  ///< asked after every step
};

/// Trains a trunk on demonstrated dialogues.
///
/// Every step reads about `batch_tokens` tokens of the lesson stream, takes the mean cross-entropy of the target tokens
/// (of prompts too during the first part of the training) and moves the weights. The held-out lessons are read every so
/// many steps; the weights with the lowest loss on them are kept in `workspace/best`. Every so many seconds, and when
/// asked to stop, all that the future of the training depends on (weights, optimiser, place in the stream, curve) is
/// saved, so that the training, begun again, ends with the weights it would have had (bit-equal, where its length is
/// given in steps).
class SupervisedTraining {
 public:
  explicit SupervisedTraining(const SupervisedJob& job);

  /// Returns false when it was asked to stop.
  bool run();

  /// The folder with the best weights. Requires run().
  std::filesystem::path best() const { return job_.workspace / "best"; }
  /// Figures for summary.json.
  Json summary() const;
  /// The training's curve as comma-separated values with a header.
  std::string curve() const;

 private:
  using Clock = std::chrono::steady_clock;

  /// All that changes while training, beside the weights.
  struct Progress {
    int step = 0;
    std::int64_t tokens = 0;
    double seconds = 0.0;
    LessonStream::Position position;
    double best_loss = 0.0;
    int best_step = -1;
    std::vector<Json> curve;  ///< one row per evaluation
  };

  double share_done() const;
  bool is_done() const;
  double train_one_step(LessonStream& stream, double scale);
  void evaluate(double train_loss, double scale);
  double held_out_loss(std::map<std::string, double>& by_role);
  void save();
  void restore();
  void report(double train_loss);

  SupervisedJob job_;
  std::unique_ptr<Trainer> trainer_;
  std::map<std::string, std::vector<Reading>> held_out_;  ///< by role
  Progress progress_;
  Clock::time_point resumed_ = Clock::now();
  double seconds_before_ = 0.0;
  LiveLine line_;
  Clock::time_point reported_;
};

}  // namespace espalier::study
