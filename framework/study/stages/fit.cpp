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

/// `do = "fit"`: learns weights. Its product is a checkpoint folder beside its summary, which later stages and models
/// use by the stage's name: one thing, so that it is run once, with the first of the manifest's seeds, whatever their
/// number. It learns from the trees of all seeds. A fit per seed is a sweep over `seed`.
StageKind fit_stage() {
  std::vector<StageForm> forms;
  for (const auto& kind : fit_kinds())
    forms.push_back({"kind = \"" + std::string(kind.name) + "\"", std::string(kind.summary), kind.describe});
  return {{.name = "fit", .defaults = {"agents", "cast"}, .check = check_fit, .product = product_kind},
          run_fit,
          show_fit,
          dry_run_fit,
          std::move(forms)};
}

}  // namespace espalier::study
