#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/record.hpp"
#include "study/results/choices.hpp"
#include "study/stages/problems.hpp"

namespace espalier::study {

/// What an arm's figures take from one finished problem; everything else of it is in the records.
struct ProblemResult {
  bool correct = false;
  std::optional<std::string> error;  ///< why it failed, with its id
  Choice choice;
  engine::Ledger ledger;
  engine::EpisodeTiming timing;
};

ProblemResult result_of(const engine::EpisodeRecord& record, const engine::EpisodeTiming& timing);

/// How an arm did with one seed.
struct SeedResult {
  std::int64_t seed = 0;
  std::vector<bool> correct;  ///< of the problems in dataset order, as far as they are done
  double seconds = 0.0;       ///< wall-clock; what passes while several runs are at work is shared by their problems
};

/// How an arm did, as far as its problems are done. Holds one bit for each of them.
struct ArmResult {
  std::string name;
  bool oracle = false;  ///< its search could see true rewards
  std::string split;    ///< what its problems are called in `problems.json`
  std::shared_ptr<const Selection> problems;
  std::vector<SeedResult> seeds;
  Choices choices;  ///< between the final messages of all problems and seeds
  engine::Ledger ledger;
  std::int64_t failures = 0;
  std::optional<std::string> first_failure;
  std::int64_t drawn = 0;     ///< completions a model generated
  std::int64_t replayed = 0;  ///< completions found in the call store

  /// Counts the next problem, in dataset order, of seeds[seed].
  void count(std::size_t seed, const ProblemResult& result);
};

}  // namespace espalier::study
