#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <set>
#include <string>
#include <vector>

#include "engine/activity_page.hpp"
#include "engine/engine.hpp"
#include "study/run/products.hpp"
#include "study/run/result_store.hpp"
#include "study/run/run.hpp"
#include "study/run/run_folder.hpp"

namespace espalier::study {

/// What the stages of a run share; all of it must outlive the runner.
struct RunParts {
  const RunRequest& request;
  std::ostream& out;
  std::ostream& err;
  const std::vector<PlannedPoint>& points;
  const std::vector<std::int64_t>& seeds;
  Products& products;
  ModelRegistry& models;
  ResultStore& results;
  RunFolder& folder;
  engine::Engine& engine;
  engine::ActivityPage& activity;
};

/// Brings the stages of a run to their results: takes one from the store, waits for another run that computes it, or
/// computes it; and puts it into the run folder.
class StageRunner {
 public:
  explicit StageRunner(const RunParts& parts) : run_(parts) {}

  /// Returns kDone, or kFailed when a problem failed, an input is missing or the run was asked to stop.
  int run(std::size_t point, const PlannedStage& stage);
  /// Of the stages that are done, in their order.
  const std::vector<Json>& summaries() const { return summaries_; }

 private:
  /// Publishes the result of the store, if it is there and whole.
  bool take_stored(const PlannedStage& stage);
  /// Computes a stage whose lock is held.
  int compute_stage(std::size_t point, const PlannedStage& stage, bool again);
  /// One that changes the weights of what it is given gets objects of its own, which nobody else will see. The language
  /// model below a value model is not changed by what that learns, and too large to be loaded twice.
  StageOutcome compute(std::size_t point, const PlannedStage& stage, const std::filesystem::path& written);
  /// Shows a result and puts it into the run folder.
  void publish(const PlannedStage& stage, const std::filesystem::path& result, const std::string& how);

  RunParts run_;
  std::set<std::string> damaged_;   ///< labels of stages whose result was told to be damaged
  std::set<std::string> computed_;  ///< hashes of stages computed by this run
  std::vector<Json> summaries_;
};

}  // namespace espalier::study
