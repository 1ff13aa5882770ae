#include "study/results/arm_result.hpp"

namespace espalier::study {

ProblemResult result_of(const engine::EpisodeRecord& record, const engine::EpisodeTiming& timing) {
  ProblemResult result{.correct = record.correct,
                       .error = std::nullopt,
                       .choice = choice_of(record),
                       .ledger = record.ledger,
                       .timing = timing};
  if (record.error) result.error = "problem " + record.problem.id + ": " + *record.error;
  return result;
}

void ArmResult::count(std::size_t seed, const ProblemResult& result) {
  seeds[seed].correct.push_back(result.correct);
  choices.count(result.choice);
  ledger.merge(result.ledger);
  if (result.error && ++failures == 1) first_failure = result.error;
  drawn += result.timing.calls_drawn;
  replayed += result.timing.calls_replayed;
}

}  // namespace espalier::study
