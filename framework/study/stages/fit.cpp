#include "study/stages/fit.hpp"

#include "study/stages/forecast.hpp"
#include "study/stages/fit_kinds.hpp"
#include "study/stages/fit_params.hpp"
#include "study/stages/problems.hpp"
#include "study/tables/table.hpp"

namespace espalier::study {
namespace {

/// What a fit is told, or else what it is given, decides its kind.
FitKind kind_of(const host::Node& table) {
  if (const host::Node* kind = table.find("kind"); kind != nullptr && kind->is_text()) {
    for (const auto& choice : kFitKinds) {
      if (choice.name == kind->text()) return choice.value;
    }
    return FitKind::supervised;  // whose check says what kinds there are
  }
  return table.find("from") != nullptr || table.find("import") != nullptr ? FitKind::value : FitKind::supervised;
}

host::Resolution check_fit(host::Workshop& workshop, const host::Node& table, host::DryPass& pass) {
  switch (kind_of(table)) {
    case FitKind::value:
      return check_value_fit(workshop, table, pass);
    case FitKind::winners:
      return check_winners_fit(workshop, table, pass);
    case FitKind::supervised:
      break;
  }
  return check_supervised_fit(workshop, table, pass);
}

StageOutcome run_fit(StageContext& context, const host::Node& table) {
  switch (kind_of(table)) {
    case FitKind::value:
      return run_value_fit(context, table);
    case FitKind::winners:
      return run_winners_fit(context, table);
    case FitKind::supervised:
      break;
  }
  return run_supervised_fit(context, table);
}

std::string_view product_kind(const host::Node& table) {
  return kind_of(table) == FitKind::value ? ValueModel::kind : LanguageModel::kind;
}

std::string show_fit(const Json& summary) {
  const std::string text =
      (summary.at("product").at("kind") == ValueModel::kind ? show_value_fit(summary) : show_language_fit(summary)) +
      show_end(summary);
  const Json& seeds = summary.at("seeds");
  if (seeds.size() < 2) return text;
  return text + "learned once, with the first of " + std::to_string(seeds.size()) + " seeds, " +
         to_text(seeds.front()) + ", as stages that name it want one model; for a fit per seed, sweep over `seed`\n";
}

/// The parameters that all kinds of fits have.
FitParams fit_params(host::Workshop& workshop, const host::Node& table) {
  host::DryPass pass;
  switch (kind_of(table)) {
    case FitKind::value:
      return workshop.check<ValueFitParams>(table, pass).params;
    case FitKind::winners:
      return workshop.check<WinnersParams>(table, pass).params;
    case FitKind::supervised:
      break;
  }
  return workshop.check<SupervisedParams>(table, pass).params;
}

std::string foretell_fit(host::Workshop& workshop, const host::Node& table, std::size_t) {
  const FitParams fit = fit_params(workshop, table);
  if (kind_of(table) == FitKind::supervised) {
    for (const char* key : {"problems", "held_out"}) static_cast<void>(foreseen_problems(workshop, table, key));
  }
  if (fit.steps == 0) return "  " + duration(60.0 * fit.minutes) + " of training\n";
  const int tokens = fit.accumulate * fit.batch_tokens;
  return "  " + std::to_string(fit.steps) + " steps of " + std::to_string(tokens) + " tokens\n" +
         forecast_fit(workshop, *table.find("model"), product_kind(table), static_cast<double>(fit.steps) * tokens);
}

}  // namespace

Json product_json(std::string_view kind) { return {{"kind", kind}, {"checkpoint", "checkpoint"}}; }

host::ManifestError fit_error(const host::Node& table, std::string_view key, const std::string& what) {
  const host::Node* node = table.find(key);
  return host::ManifestError(node != nullptr ? node->position : table.position,
                             host::join_path(table.path, key) + " " + what);
}

std::string show_end(const Json& summary) {
  const auto diverged = summary.find("diverged_step");
  if (diverged == summary.end()) return "";
  return "the training diverged at step " + to_text(*diverged) + " and ended there: lower learning rates would not\n";
}

bool run_to_end(TrainingLoop& loop, const host::Node& table) {
  try {
    return loop.run();
  } catch (const TrainingDiverged& error) {
    throw fit_error(table, "optimiser", error.what());
  }
}

host::Node fitted_table(const host::Workshop& workshop, const host::Node& table) {
  const host::Node* model = table.find("model");
  if (model->is_text()) {
    const std::string_view section = kind_of(table) == FitKind::value ? ValueModel::section : LanguageModel::section;
    model = workshop.root().at(host::join_path(section, model->text()));
  }
  return *model;
}

StageType fit_stage() {
  host::StageKind rules{.name = "fit", .defaults = {"agents", "cast"}, .check = check_fit, .product = product_kind};
  return {
      std::move(rules),
      run_fit,
      show_fit,
      foretell_fit,
      {{"kind = \"value\"", "Learns from search trees what every message is worth.", describe_params<ValueFitParams>},
       {"kind = \"winners\"", "Teaches a language model what was said on courses that ended right.",
        describe_params<WinnersParams>},
       {"kind = \"supervised\"", "Teaches a language model the messages that a dataset demonstrates.",
        describe_params<SupervisedParams>}}};
}

}  // namespace espalier::study
