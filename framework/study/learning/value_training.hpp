#pragma once

#include <cstddef>
#include <espalier/learning.hpp>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "study/json.hpp"
#include "study/learning/diagnostics.hpp"
#include "study/learning/training_loop.hpp"
#include "study/learning/trees.hpp"

namespace espalier::study {

/// What one problem teaches, and how many tokens reading it takes.
struct ProblemExamples {
  TrainingExamples examples;
  std::int64_t tokens = 0;
};

/// What a value training works with; all of it must outlive the training.
struct ValueJob {
  const ValueFitParams& params;
  const std::vector<TrainingExamples>& examples;  ///< one per tree
  const std::vector<SearchTree>& held_out;
  const Topology& topology;
  ValueModel& model;
  Learner& learner;  ///< of that model
  Key key;
};

/// Asks a value model about every visited state of some trees.
std::vector<Judgement> judge(ValueModel& model, std::span<const SearchTree> trees, const Topology& topology);

/// Teaches a value model what search trees found. Every step reads whole trees' training examples, about `batch_tokens`
/// tokens for each of its `accumulate` batches; trees come in a new order every round.
class ValueTask final : public TrainingTask {
 public:
  explicit ValueTask(const ValueJob& job);

  Step step(double done, double scale) override;
  Json evaluate() override;
  std::string criterion() const override;
  bool higher_is_better() const override;
  void save_checkpoint(const std::filesystem::path& folder) const override { job_.model.save(folder); }
  void save_state(const std::filesystem::path& file) const override { job_.learner.save(file); }
  void restore_state(const std::filesystem::path& file) override { job_.learner.restore(file); }
  Json place() const override;
  void go_to(const Json& place) override;

 private:
  /// The next batch: training examples of whole trees as one.
  ProblemExamples next_batch();
  void order_round();

  ValueJob job_;
  std::vector<std::int64_t> tokens_;  ///< of each tree's training examples
  std::vector<std::size_t> order_;
  std::uint64_t round_ = 0;
  std::size_t next_ = 0;
};

}  // namespace espalier::study
