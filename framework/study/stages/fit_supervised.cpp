#include <algorithm>
#include <array>
#include <set>

#include "study/learning/demonstrations.hpp"
#include "study/stages/casting.hpp"
#include "study/stages/fit_language.hpp"
#include "study/stages/problems.hpp"

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

host::Resolution check(host::Factory& factory, const host::Node& table, host::DryPass& pass) {
  const auto topologies = topologies_of(table);
  const host::Node read = with_players_only(factory, table, topologies);
  auto resolution = factory.check<SupervisedParams>(read, pass).resolution;
  check_casting(factory, table, topologies, pass);
  warn_of_idle_agents(table, std::array{read}, pass);
  check_problems(factory, table, "problems", pass);
  check_problems(factory, table, "held_out", pass);
  return resolution;
}

/// What a new model's vocabulary is learned from: every text it will read or write in some dialogues, each once.
std::vector<std::string> vocabulary_texts(const Dialogues& dialogues, int problems) {
  std::set<std::string> seen;
  std::vector<std::string> texts;
  const auto add = [&](const std::string& text) {
    if (seen.insert(text).second) texts.push_back(text);
  };
  for (std::size_t i = 0; i < std::min(dialogues.size(), static_cast<std::size_t>(problems)); ++i) {
    for (const auto& example : dialogues.about(i, 0)) {
      if (example.trajectory) continue;  // its texts are those of the others
      for (const auto& message : example.chat.messages) add(message.text);
      add(example.target);
    }
  }
  return texts;
}

StageOutcome run(StageContext& context, const host::Node& table) {
  const host::Node read = with_players_only(context.factory, table, topologies_of(table));
  const SupervisedParams params = context.factory.build<SupervisedParams>(read).params;
  const auto items = select_problems(params.problems, table, "problems").items;
  const auto held_out_items = select_problems(params.held_out, table, "held_out").items;
  std::vector<engine::Team> teams;
  std::vector<int> dialogues_per_problem;
  for (const auto& graph : params.topologies) {
    teams.push_back(cast_team(params, graph.value.topology));
    dialogues_per_problem.push_back(graph.value.dialogues);
  }
  const Dataset& dataset = *params.problems.dataset;
  const Key drawn = run_key(context.seeds.front());
  const Dialogues training(dataset, items, teams, dialogues_per_problem, params.transcripts, drawn);
  const Dialogues held_out(dataset, held_out_items, teams, dialogues_per_problem, params.transcripts, drawn);
  const Key key = drawn.child("fit");
  return explained(table, [&] {
    const auto backend = context.models.backend(*params.model);
    if (auto* untrained = dynamic_cast<Untrained*>(backend.get()); untrained != nullptr && untrained->untrained()) {
      untrained->initialise(vocabulary_texts(training, params.vocabulary_problems), key.child("weights"));
    }
    return train_language(context, table, *params.model,
                          {.params = params,
                           .training = training,
                           .held_out = held_out,
                           .input_loss_until = params.input_loss_until,
                           .base_model = nullptr,
                           .key = key});
  });
}

}  // namespace

FitKind supervised_fit() {
  return {.name = "supervised",
          .summary = "Teaches a language model the messages that a dataset demonstrates.",
          .product = LanguageModel::kind,
          .section = LanguageModel::section,
          .check = check,
          .run = run,
          .show = show_language_fit,
          .params = params_as<SupervisedParams>,
          .describe = describe_params<SupervisedParams>,
          .problems = {"problems", "held_out"}};
}

}  // namespace espalier::study
