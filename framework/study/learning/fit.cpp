#include "study/learning/fit.hpp"

#include "study/learning/fit_kinds.hpp"
#include "study/learning/fit_params.hpp"
#include "study/table.hpp"

namespace espalier::study {
namespace {

/// What a fit is told, or else what it is given, decides its kind.
bool learns_values(const host::Node& table) {
  if (const host::Node* kind = table.find("kind")) return kind->is_text() && kind->text() == "value";
  return table.find("from") != nullptr || table.find("import") != nullptr;
}

host::Resolution check_fit(host::Workshop& workshop, const host::Node& table, host::DryPass& pass) {
  return learns_values(table) ? check_value_fit(workshop, table, pass) : check_supervised_fit(workshop, table, pass);
}

StageOutcome run_fit(StageContext& context, const host::Node& table) {
  return learns_values(table) ? run_value_fit(context, table) : run_supervised_fit(context, table);
}

std::string show_fit(const Json& summary) {
  return summary.at("product").at("kind") == ValueModel::kind ? show_value_fit(summary) : show_supervised_fit(summary);
}

std::string foretell_fit(host::Workshop& workshop, const host::Node& table, std::size_t) {
  host::DryPass pass;
  const auto said = [](const FitParams& fit) {
    if (fit.steps == 0) return "  " + duration(60.0 * fit.minutes) + " of training\n";
    return "  " + std::to_string(fit.steps) + " steps of " + std::to_string(fit.accumulate * fit.batch_tokens) +
           " tokens\n";
  };
  if (learns_values(table)) return said(workshop.check<ValueFitParams>(table, pass).params);
  return said(workshop.check<SupervisedParams>(table, pass).params);
}

}  // namespace

Json product_json(std::string_view kind) { return {{"kind", kind}, {"checkpoint", "checkpoint"}}; }

host::ManifestError fit_error(const host::Node& table, std::string_view key, const std::string& what) {
  const host::Node* node = table.find(key);
  return host::ManifestError(node != nullptr ? node->position : table.position,
                             host::join_path(table.path, key) + " " + what);
}

host::Node fitted_table(const host::Workshop& workshop, const host::Node& table) {
  const host::Node* model = table.find("model");
  if (model->is_text()) {
    const std::string_view section = learns_values(table) ? ValueModel::section : LanguageModel::section;
    model = workshop.root().at(host::join_path(section, model->text()));
  }
  return *model;
}

StageType fit_stage() {
  host::StageKind rules{.name = "fit",
                        .defaults = {"agents", "cast"},
                        .check = check_fit,
                        .product = [](const host::Node& table) -> std::string_view {
                          return learns_values(table) ? ValueModel::kind : LanguageModel::kind;
                        }};
  return {std::move(rules), run_fit, show_fit, foretell_fit};
}

}  // namespace espalier::study
