#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "study/learning/training_loop.hpp"
#include "study/stages/fit_params.hpp"
#include "study/stages/stage.hpp"

namespace espalier::study {

/// One kind of fit: all that `kind = "..."` of a stage with `do = "fit"` stands for. A new one is a file that defines
/// such an entry, and its line in fit_kinds.cpp.
struct FitKind {
  std::string_view name;
  std::string_view summary;
  std::string_view product;  ///< kind of plugin that is trained
  std::string_view section;  ///< of the manifest, where those are named
  /// See host::StageRules.
  host::Resolution (*check)(host::Factory& factory, const host::Node& table, host::DryPass& pass);
  StageOutcome (*run)(StageContext& context, const host::Node& table);
  std::string (*show)(const Json& summary);
  FitParams (*params)(host::Factory& factory, const host::Node& table);  ///< those that all fits have; see params_as
  void (*describe)(ParamSource& source);
  std::vector<std::string_view> problems = {};  ///< keys of the problems that it takes from data sets
};

/// All of them, in the order in which they are shown.
const std::vector<FitKind>& fit_kinds();
/// The kind of a stage's table: what `kind` says, or else what it is given.
const FitKind& fit_kind_of(const host::Node& table);

template <class P>
FitParams params_as(host::Factory& factory, const host::Node& table) {
  host::DryPass pass;
  return factory.check<P>(table, pass).params;
}

/// The table of what a fit trains; with the key `checkpoint` set, it is the table of what the fit made. `table` is the
/// stage's and was checked.
host::Node fitted_table(const host::Factory& factory, const host::Node& table);
/// What summary.json says of the object a fit made: its kind, and where its checkpoint is below the stage's folder.
Json product_json(std::string_view kind);
/// What the terminal shows of how a training ended, from its summary: a line, where that was early.
std::string show_end(const Json& summary);
/// Runs a loop; false: it was asked to stop. One that diverged is a mistake of the manifest.
bool run_to_end(TrainingLoop& loop, const host::Node& table);
/// What is wrong with a parameter of a fit, and only shows once data are loaded.
host::ManifestError fit_error(const host::Node& table, std::string_view key, const std::string& what);

}  // namespace espalier::study
