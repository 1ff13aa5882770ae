#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/record.hpp"
#include "engine/solve.hpp"
#include "study/choices.hpp"
#include "study/grader_proof.hpp"
#include "study/json.hpp"

namespace espalier::study {

/// The runs of one arm with one seed, on all problems of the stage.
struct SeedRun {
  std::int64_t seed = 0;
  engine::Solved solved;
  double seconds = 0.0;  ///< wall-clock of the whole run
};

/// All that an arm did.
struct ArmResult {
  std::string name;
  bool oracle = false;  ///< its search could see true rewards
  std::string split;    ///< what its problems are called in `problems.json`
  GraderProof proof;    ///< how its grader stood the test of their gold answers
  std::vector<SeedRun> runs;
  Choices choices;  ///< between the final messages of all runs
};

/// One line of records.jsonl: the problem, the answer and the whole search tree, with keys in a fixed order and nothing
/// that differs between equal runs. Absent things (no note, no score) have no key.
Json record_json(const engine::EpisodeRecord& record, std::string_view arm);
/// One line of timings.jsonl.
Json timing_json(const engine::EpisodeRecord& record, const engine::EpisodeTiming& timing, std::string_view arm);
/// records.jsonl and timings.jsonl of a stage, written run by run.
class RecordFiles {
 public:
  explicit RecordFiles(const std::filesystem::path& folder)
      : records_(folder / "records.jsonl"), timings_(folder / "timings.jsonl") {}

  /// Writes a run of `arm` in dataset order and lets go of its search trees: nobody needs them after that, and those of
  /// all arms may be more than fits into memory.
  void add(std::string_view arm, SeedRun& run);
  /// Throws std::runtime_error when something could not be written.
  void close();
  /// Problems that failed so far.
  std::int64_t failures() const { return failures_; }

 private:
  JsonLines records_;
  JsonLines timings_;
  std::int64_t failures_ = 0;
};

/// "agent_calls", "prompt_tokens", ... of a cost.
Json cost_json(const engine::Cost& cost);

}  // namespace espalier::study
