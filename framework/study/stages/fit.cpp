#include "study/stages/fit.hpp"

#include <algorithm>

#include "study/stages/fit_kinds.hpp"
#include "study/stages/forecast.hpp"
#include "study/stages/problems.hpp"
#include "study/tables/summary_legends.hpp"
#include "study/tables/table.hpp"

namespace espalier::study {
namespace {

host::Resolution check_fit(host::Factory& factory, const host::Node& table, host::DryPass& pass) {
  return fit_kind_of(table).check(factory, table, pass);
}

StageOutcome run_fit(StageContext& context, const host::Node& table) {
  const FitKind& kind = fit_kind_of(table);
  StageOutcome outcome = kind.run(context, table);
  if (outcome.complete) field<kTraining>(outcome.summary, "fit") = kind.name;
  return outcome;
}

std::string_view product_kind(const host::Node& table) { return fit_kind_of(table).product; }

std::string show_fit(const Json& summary) {
  const auto& kind = *std::ranges::find(fit_kinds(), summary.at("fit").get<std::string>(), &FitKind::name);
  const std::string text = kind.show(summary) + show_end(summary);
  const Json& seeds = summary.at("seeds");
  if (seeds.size() < 2) return text;
  return text + "learned once, with the first of " + std::to_string(seeds.size()) + " seeds, " +
         to_text(seeds.front()) + ", as stages that name it want one model; for a fit per seed, sweep over `seed`\n";
}

std::string dry_run_fit(host::Factory& factory, const host::Node& table, std::size_t) {
  const FitKind& kind = fit_kind_of(table);
  const FitParams fit = kind.params(factory, table);
  for (const auto key : kind.problems) static_cast<void>(dry_run_problems(factory, table, key));
  if (fit.steps == 0) return "  " + duration(60.0 * fit.minutes) + " of training\n";
  const int tokens = fit.accumulate * fit.batch_tokens;
  return "  " + std::to_string(fit.steps) + " steps of " + std::to_string(tokens) + " tokens\n" +
         forecast_fit(factory, *table.find("model"), kind.product, static_cast<double>(fit.steps) * tokens);
}

}  // namespace

const std::vector<FitKind>& fit_kinds() {
  static const std::vector<FitKind> kinds = {value_fit(), rejection_sampling_fit(), supervised_fit()};
  return kinds;
}

std::vector<std::string> fit_kind_names() {
  std::vector<std::string> names;
  for (const auto& kind : fit_kinds()) names.emplace_back(kind.name);
  return names;
}

const FitKind& fit_kind_of(const host::Node& table) {
  const bool trees = table.find("from") != nullptr || table.find("import") != nullptr;
  const host::Node* said = table.find("kind");
  const auto find = [](std::string_view name) { return std::ranges::find(fit_kinds(), name, &FitKind::name); };
  const auto found = find(said != nullptr && said->is_text() ? said->text() : "");
  return found != fit_kinds().end() ? *found : *find(trees ? "value" : "supervised");
}

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

host::Node fitted_table(const host::Factory& factory, const host::Node& table) {
  const host::Node* model = table.find("model");
  if (model->is_text()) {
    model = factory.root().at(host::join_path(fit_kind_of(table).section, model->text()));
  }
  return *model;
}

StageType fit_stage() {
  host::StageKind rules{.name = "fit", .defaults = {"agents", "cast"}, .check = check_fit, .product = product_kind};
  StageType type{std::move(rules), run_fit, show_fit, dry_run_fit, {}};
  for (const auto& kind : fit_kinds()) {
    type.forms.push_back({"kind = \"" + std::string(kind.name) + "\"", std::string(kind.summary), kind.describe});
  }
  return type;
}

}  // namespace espalier::study
