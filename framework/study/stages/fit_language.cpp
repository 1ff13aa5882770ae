#include "study/stages/fit_language.hpp"

#include <cstdio>

#include "study/files.hpp"
#include "study/tables/summary_legends.hpp"
#include "study/tables/table_legends.hpp"

namespace espalier::study {

StageOutcome train_language(StageContext& context, const host::Node& table, LanguageModel& model, SupervisedJob job) {
  job.base_model = model.base_model();
  if (!job.base_model) throw fit_error(table, "model", "cannot be trained: its weights are not in this process");
  SupervisedTask task(job);
  TrainingLoop loop(task, job.params, context.label, context.workspace,
                    [&] { return context.engine.stop_requested(); });
  if (!run_to_end(loop, table)) return {};
  std::filesystem::copy(loop.best(), context.folder / "checkpoint", std::filesystem::copy_options::recursive);
  write_file(context.folder / "curve.csv", loop.curve());
  Json summary = loop.summary();
  field<kLanguageFit>(summary, "parameters") = job.base_model->parameters();
  field<kLanguageFit>(summary, "held_out_loss_by_role") = losses_by_role(loop.best_figures());
  field<kLanguageFit>(summary, "product") = product_json(LanguageModel::kind);
  return {.complete = true, .summary = std::move(summary)};
}

std::string show_language_fit(const Json& summary) {
  Table table(headings<kLanguageFitTable>({"role", "held-out loss"}));
  char number[32];
  const auto row = [&](const std::string& role, double loss) {
    std::snprintf(number, sizeof number, "%.4f", loss);
    table.add({role, number});
  };
  if (summary.contains("held_out_loss_by_role")) {
    for (const auto& [role, loss] : summary.at("held_out_loss_by_role").items()) row(role, loss);
  }
  row("all", summary.at("held_out_loss"));
  return table.text() + "nats per target token after " + std::to_string(summary.at("best_step").get<int>()) + " of " +
         std::to_string(summary.at("steps").get<int>()) + " steps; " + compact(summary.at("tokens").get<double>()) +
         " tokens in " + duration(summary.at("seconds").get<double>()) + "\n";
}

}  // namespace espalier::study
