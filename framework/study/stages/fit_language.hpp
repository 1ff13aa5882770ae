#pragma once

#include <string>

#include "study/learning/supervised.hpp"
#include "study/stages/fit_kinds.hpp"

namespace espalier::study {

// What the fits of language models share.

/// Trains `model`, whose base model `job` still lacks, and writes what came of it.
StageOutcome train_language(StageContext& context, const host::Node& table, LanguageModel& model, SupervisedJob job);
/// Runs `fit`; a training example that cannot be given is a mistake of the manifest.
template <class Fit>
StageOutcome explained(const host::Node& table, Fit fit) {
  try {
    return fit();
  } catch (const ExampleError& error) {
    throw host::ManifestError(table.position, table.path + ": " + error.what());
  }
}

/// What the terminal shows of it.
std::string show_language_fit(const Json& summary);

}  // namespace espalier::study
