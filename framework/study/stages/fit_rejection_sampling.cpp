#include <array>

#include "study/learning/rejection_sampling.hpp"
#include "study/learning/tree_split.hpp"
#include "study/stages/casting.hpp"
#include "study/stages/fit_language.hpp"

namespace espalier::study {
namespace {

/// The fit's table with those agents that play on the graph the trees were grown on.
host::Node played_table(host::Factory& factory, const host::Node& table) {
  const host::Node source = factory.stage(table.text_or("from", ""));
  const host::Node* topology = source.find("topology");
  return topology == nullptr ? table : with_players_only(factory, table, std::array{topology});
}

host::Resolution check(host::Factory& factory, const host::Node& table, host::DryPass& pass) {
  const host::Node read = played_table(factory, table);
  auto resolution = factory.check<RejectionSamplingParams>(read, pass).resolution;
  warn_of_idle_agents(table, std::array{read}, pass);
  check_tree_source(factory, table, pass);
  return resolution;
}

StageOutcome run(StageContext& context, const host::Node& table) {
  const RejectionSamplingParams params =
      context.factory.build<RejectionSamplingParams>(played_table(context.factory, table)).params;
  const Key drawn = run_key(context.seeds.front());
  const Key key = drawn.child("fit");
  TreeSource source = trees_of(context, table, *params.from);
  const TreeSplit sides = split_trees(std::move(source.trees), table, params, key);
  const engine::Team team = cast_team(params, source.topology);
  const RejectionSampling training(sides.training, team, params.trajectories, params.transcripts, drawn);
  const RejectionSampling held_out(sides.held_out, team, params.trajectories, params.transcripts, drawn);
  if (training.size() == 0 || held_out.size() == 0)
    throw fit_error(table, "from", "has no trajectory that ended right on one side of the split");
  write_split(context.folder / "split.json", sides);
  return explained(table, [&] {
    return train_language(
        context, table, *params.model,
        {.params = params, .training = training, .held_out = held_out, .base_model = nullptr, .key = key});
  });
}

}  // namespace

FitKind rejection_sampling_fit() {
  return {.name = "rejection_sampling",
          .summary = "Teaches a language model what was said on trajectories that ended right.",
          .product = LanguageModel::kind,
          .section = LanguageModel::section,
          .check = check,
          .run = run,
          .show = show_language_fit,
          .params = params_as<RejectionSamplingParams>,
          .describe = describe_params<RejectionSamplingParams>};
}

}  // namespace espalier::study
