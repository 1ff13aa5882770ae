#pragma once

#include <string>
#include <string_view>

#include "study/learning/training_loop.hpp"
#include "study/stages/stage.hpp"

namespace espalier::study {

// The three kinds of `do = "fit"`, each as a stage has it; see StageType.

host::Resolution check_supervised_fit(host::Workshop& workshop, const host::Node& table, host::DryPass& pass);
StageOutcome run_supervised_fit(StageContext& context, const host::Node& table);

host::Resolution check_winners_fit(host::Workshop& workshop, const host::Node& table, host::DryPass& pass);
StageOutcome run_winners_fit(StageContext& context, const host::Node& table);

/// What the terminal shows of a language model's fit, of either kind.
std::string show_language_fit(const Json& summary);

host::Resolution check_value_fit(host::Workshop& workshop, const host::Node& table, host::DryPass& pass);
StageOutcome run_value_fit(StageContext& context, const host::Node& table);
std::string show_value_fit(const Json& summary);

/// What summary.json says of the object a fit made: its kind, and where its checkpoint is below the stage's folder.
Json product_json(std::string_view kind);
/// What the terminal shows of how a training ended, from its summary: a line, where that was early.
std::string show_end(const Json& summary);
/// Runs a loop; false: it was asked to stop. One that diverged is a mistake of the manifest.
bool run_to_end(TrainingLoop& loop, const host::Node& table);
/// What is wrong with a parameter of a fit, and only shows once data are loaded.
host::ManifestError fit_error(const host::Node& table, std::string_view key, const std::string& what);

}  // namespace espalier::study
