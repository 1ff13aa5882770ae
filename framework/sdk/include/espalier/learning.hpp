#pragma once

#include <cstddef>
#include <cstdint>
#include <espalier/base_model.hpp>
#include <espalier/export.hpp>
#include <espalier/random.hpp>
#include <espalier/value_model.hpp>
#include <filesystem>
#include <optional>
#include <vector>

namespace espalier {

/// What a search tree found out about the state after one message.
struct Label {
  double value = 0.0;   ///< mean return of the simulations through it: Q = W / N, in [-1, 1]
  int visits = 0;       ///< N: simulations through it
  int successes = 0;    ///< of those, with a positive return
  double weight = 1.0;  ///< of this label among all
};

/// A trajectory of messages with what is known after each of them.
struct LabelledTrajectory {
  /// After the last message; `end.terminal()` where the trajectory is complete.
  State end;
  std::vector<std::optional<Label>> labels;  ///< one per message; nothing: not known, not to be learned
};

/// Of two trajectories about one problem, which was better after `depth` messages.
struct Preference {
  std::size_t preferred = 0;  ///< index of a trajectory
  std::size_t other = 0;
  int depth = 1;
  double weight = 1.0;
};

/// What is learned from at once.
struct TrainingExamples {
  std::vector<LabelledTrajectory> trajectories;
  std::vector<Preference> preferences;  ///< between those
};

/// How a value model learns.
struct LearnerSpec {
  OptimiserSpec optimiser;
  GradientSpec gradient;
};

/// The learning side of a value model. One thread; does not park. Must not outlive its value model.
class ESPALIER_API Learner {
 public:
  virtual ~Learner();
  /// Whether preferences are learned from: without, none need be made.
  virtual bool compares() const = 0;
  /// Tokens that reading the path takes; batches are made by it.
  virtual std::int64_t tokens(const LabelledTrajectory& path) const = 0;
  /// How many messages of a trajectory the model can read: the states after them are no longer than its context. What
  /// comes later can be neither learned nor scored.
  virtual int readable(const State& end) const = 0;
  /// Adds `share` times the gradient of the mean loss over `examples`; returns that mean loss.
  virtual double accumulate(const TrainingExamples& examples, double share) = 0;
  /// Applies the gradient with all learning rates multiplied by `scale`; returns its norm before clipping.
  virtual double step(double scale) = 0;
  /// Writes all that the future of the learning depends on, so that `restore` goes on to bit-equal weights (CPU).
  virtual void save(const std::filesystem::path& file) const = 0;
  virtual void restore(const std::filesystem::path& file) = 0;
};

}  // namespace espalier
