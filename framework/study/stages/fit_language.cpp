#include <algorithm>
#include <array>
#include <cstdio>
#include <set>

#include "study/stages/casting.hpp"
#include "study/files.hpp"
#include "study/learning/demonstrations.hpp"
#include "study/stages/fit_kinds.hpp"
#include "study/learning/supervised.hpp"
#include "study/learning/tree_sides.hpp"
#include "study/learning/winners.hpp"
#include "study/stages/problems.hpp"
#include "study/tables/summary_legends.hpp"
#include "study/tables/table_legends.hpp"

namespace espalier::study {
namespace {

std::vector<const host::Node*> topologies_of(const host::Node& table) {
  std::vector<const host::Node*> found;
  const host::Node* graphs = table.find("topologies");
  if (graphs == nullptr) return found;
  const auto add = [&](const host::Node& graph) {
    if (const host::Node* topology = graph.find("topology")) found.push_back(topology);
  };
  if (graphs->is_array()) std::for_each(graphs->elements().begin(), graphs->elements().end(), add);
  if (graphs->is_table()) {
    for (const auto& member : graphs->members()) add(member.value);
  }
  return found;
}

}  // namespace

host::Resolution check_supervised_fit(host::Workshop& workshop, const host::Node& table, host::DryPass& pass) {
  const auto topologies = topologies_of(table);
  const host::Node read = with_players_only(workshop, table, topologies);
  auto resolution = workshop.check<SupervisedParams>(read, pass).resolution;
  check_casting(workshop, table, topologies, pass);
  warn_of_idle_agents(table, std::array{read}, pass);
  check_problems(workshop, table, "problems", pass);
  check_problems(workshop, table, "held_out", pass);
  return resolution;
}

namespace {

/// What a new model's vocabulary is learned from: every text it will read or write in some dialogues, each once.
std::vector<std::string> vocabulary_texts(const Dialogues& dialogues, int problems) {
  std::set<std::string> seen;
  std::vector<std::string> texts;
  const auto add = [&](const std::string& text) {
    if (seen.insert(text).second) texts.push_back(text);
  };
  for (std::size_t i = 0; i < std::min(dialogues.size(), static_cast<std::size_t>(problems)); ++i) {
    for (const auto& lesson : dialogues.about(i, 0)) {
      if (lesson.course) continue;  // its texts are those of the others
      for (const auto& message : lesson.chat.messages) add(message.text);
      add(lesson.target);
    }
  }
  return texts;
}

/// What all draws of a run follow from.
Key run_key(const StageContext& context) {
  return Key{static_cast<std::uint64_t>(context.seeds.front()), 0}.child("espalier");
}

/// Runs `teaching`; a lesson that cannot be given is a mistake of the manifest.
template <class Teaching>
StageOutcome explained(const host::Node& table, Teaching teaching) {
  try {
    return teaching();
  } catch (const LessonError& error) {
    throw host::ManifestError(table.position, table.path + ": " + error.what());
  }
}

/// Trains `model`, whose trunk `job` still lacks, and writes what came of it.
StageOutcome teach(StageContext& context, const host::Node& table, LanguageModel& model, SupervisedJob job) {
  job.trunk = model.trunk();
  if (!job.trunk) throw fit_error(table, "model", "cannot be trained: its weights are not in this process");
  SupervisedTask task(job);
  TrainingLoop loop(task, job.params, context.label, context.workspace,
                    [&] { return context.engine.stop_requested(); });
  if (!run_to_end(loop, table)) return {};
  std::filesystem::copy(loop.best(), context.folder / "checkpoint", std::filesystem::copy_options::recursive);
  write_file(context.folder / "curve.csv", loop.curve());
  Json summary = loop.summary();
  field<kLanguageFit>(summary, "parameters") = job.trunk->parameters();
  field<kLanguageFit>(summary, "held_out_loss_by_role") = losses_by_role(loop.best_figures());
  field<kLanguageFit>(summary, "product") = product_json(LanguageModel::kind);
  return {.complete = true, .summary = std::move(summary)};
}

}  // namespace

StageOutcome run_supervised_fit(StageContext& context, const host::Node& table) {
  const host::Node read = with_players_only(context.workshop, table, topologies_of(table));
  const SupervisedParams params = context.workshop.build<SupervisedParams>(read).params;
  const auto items = select_problems(params.problems, table, "problems").items;
  const auto held_out_items = select_problems(params.held_out, table, "held_out").items;
  std::vector<engine::Team> teams;
  std::vector<int> dialogues_per_problem;
  for (const auto& graph : params.topologies) {
    teams.push_back(cast_team(params, graph.value.topology));
    dialogues_per_problem.push_back(graph.value.dialogues);
  }
  const Dataset& dataset = *params.problems.dataset;
  const Key drawn = run_key(context);
  const Dialogues training(dataset, items, teams, dialogues_per_problem, params.transcripts, drawn);
  const Dialogues held_out(dataset, held_out_items, teams, dialogues_per_problem, params.transcripts, drawn);
  const Key key = drawn.child("fit");
  return explained(table, [&] {
    const auto backend = context.models.backend(*params.model);
    if (auto* untrained = dynamic_cast<Untrained*>(backend.get()); untrained != nullptr && untrained->untrained()) {
      untrained->initialise(vocabulary_texts(training, params.vocabulary_problems), key.child("weights"));
    }
    return teach(context, table, *params.model,
                 {.params = params,
                  .training = training,
                  .held_out = held_out,
                  .input_loss_until = params.input_loss_until,
                  .trunk = nullptr,
                  .key = key});
  });
}

namespace {

/// The fit's table with those agents that play on the graph the trees were grown on.
host::Node winners_table(host::Workshop& workshop, const host::Node& table) {
  const host::Node source = workshop.stage(table.text_or("from", ""));
  const host::Node* topology = source.find("topology");
  return topology == nullptr ? table : with_players_only(workshop, table, std::array{topology});
}

}  // namespace

host::Resolution check_winners_fit(host::Workshop& workshop, const host::Node& table, host::DryPass& pass) {
  const host::Node read = winners_table(workshop, table);
  auto resolution = workshop.check<WinnersParams>(read, pass).resolution;
  warn_of_idle_agents(table, std::array{read}, pass);
  check_tree_source(workshop, table, pass);
  return resolution;
}

StageOutcome run_winners_fit(StageContext& context, const host::Node& table) {
  const WinnersParams params = context.workshop.build<WinnersParams>(winners_table(context.workshop, table)).params;
  const Key drawn = run_key(context);
  const Key key = drawn.child("fit");
  TreeSource source = trees_of(context, table, *params.from);
  const TreeSides sides = split_trees(std::move(source.trees), table, params, key);
  const engine::Team team = cast_team(params, source.topology);
  const Winners training(sides.training, team, params.courses, params.transcripts, drawn);
  const Winners held_out(sides.held_out, team, params.courses, params.transcripts, drawn);
  if (training.size() == 0 || held_out.size() == 0)
    throw fit_error(table, "from", "has no course that ended right on one side of the split");
  write_split(context.folder / "split.json", sides);
  return explained(table, [&] {
    return teach(context, table, *params.model,
                 {.params = params, .training = training, .held_out = held_out, .trunk = nullptr, .key = key});
  });
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
