#include "study/stages/fit_kinds.hpp"

#include <algorithm>

#include "study/tables/table.hpp"

namespace espalier::study {

// A kind of fit is a file that defines its entry, and its line here.
FitKind value_fit();
FitKind rejection_sampling_fit();
FitKind supervised_fit();

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

}  // namespace espalier::study
