#include <algorithm>
#include <cstdio>
#include <espalier/runtime.hpp>
#include <memory>
#include <stdexcept>
#include <utility>

#include "study/files.hpp"
#include "study/learning/targets.hpp"
#include "study/learning/too_long_states.hpp"
#include "study/learning/tree_split.hpp"
#include "study/learning/trl.hpp"
#include "study/learning/value_training.hpp"
#include "study/stages/casting.hpp"
#include "study/stages/fit_kinds.hpp"
#include "study/tables/summary_legends.hpp"
#include "study/tables/table_legends.hpp"

namespace espalier::study {
namespace {

namespace fs = std::filesystem;

/// The fit's table without agents: nobody speaks in it.
host::Node value_fit_table(host::Factory& factory, const host::Node& table) {
  return with_players_only(factory, table, {});
}

/// What was found on the training side, but for trees that teach nothing: all of them right, or all wrong.
void leave_out(std::vector<SearchTree>& trees, double root_mean) {
  std::erase_if(trees, [&](const SearchTree& tree) { return std::abs(tree.mean()) > root_mean; });
}

std::vector<TrainingExamples> examples_from(const std::vector<SearchTree>& trees, const Topology& topology,
                                            const TargetParams& params, Key key) {
  std::vector<TrainingExamples> examples;
  for (const auto& tree : trees) {
    examples.push_back(
        examples_of(tree, topology, params, key.child(tree.problem->id).child(static_cast<std::uint64_t>(tree.seed))));
  }
  return examples;
}

/// What a checkpoint holds, made as later stages will make it.
std::shared_ptr<ValueModel> fitted(StageContext& context, const host::Node& table, const fs::path& checkpoint) {
  host::Node made = fitted_table(context.factory, table);
  made.set("checkpoint", host::Node(fs::absolute(checkpoint).string()));
  return context.factory.create<ValueModel>(made);
}

Json counts_of(const TreeSplit& sides, const std::vector<TrainingExamples>& examples) {
  std::size_t trajectories = 0;
  std::size_t labels = 0;
  std::size_t pairs = 0;
  for (const auto& one : examples) {
    trajectories += one.trajectories.size();
    pairs += one.preferences.size();
    for (const auto& path : one.trajectories)
      labels += static_cast<std::size_t>(
          std::ranges::count_if(path.labels, [](const auto& label) { return label.has_value(); }));
  }
  return object<kTargets>({{"training_trees", sides.training.size()},
                           {"held_out_trees", sides.held_out.size()},
                           {"trajectories", trajectories},
                           {"labels", labels},
                           {"pairs", pairs}});
}

struct Column {
  Explained<kDiagnosis> key;
  Explained<kValueFitTable> title;
};

constexpr Column kColumns[] = {{"rmse", "RMSE"},
                               {"mae", "MAE"},
                               {"bias", "bias"},
                               {"pearson", "Pearson"},
                               {"r2", "R2"},
                               {"auc", "AUC"},
                               {"auc_within", "AUC within"},
                               {"pair_accuracy", "siblings"},
                               {"brier", "Brier"},
                               {"ece", "ECE"},
                               {"saturation", "saturated"}};

/// "-" for what is not known.
std::string figure(const Json& figures, std::string_view key) {
  if (figures.at(key).is_null()) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", figures.at(key).get<double>());
  return text;
}

void add_row(Table& table, const std::string& name, const Json& figures) {
  std::vector<std::string> row{name, std::to_string(figures.at("states").get<std::size_t>())};
  for (const auto& column : kColumns) row.push_back(figure(figures, column.key.name));
  table.add(std::move(row));
}

/// The reliability diagram in a line: what was said of success and what was found, with the number of states.
std::string reliability_line(const Json& bins) {
  std::string text = "chances said and found:";
  for (const auto& bin : bins)
    text +=
        "  " + figure(bin, "said") + " " + figure(bin, "found") + " (" + compact(bin.at("states").get<double>()) + ")";
  return text + "\n";
}

/// In one sentence.
std::string too_long_text(const TooLongStates& left_out) {
  return std::to_string(left_out.states) + (left_out.states == 1 ? " state is" : " states are") +
         " left out, longer than what the model reads at once, the first at " + left_out.first;
}

std::string left_out_note(const Json& targets) {
  const double states = targets.value("left_out_states", 0.0);
  return states > 0 ? " (" + compact(states) + " states too long to be read are left out)" : "";
}

std::unique_ptr<Learner> learner_of(const ValueFitParams& params, const host::Node& table) {
  std::unique_ptr<Learner> learner;
  try {
    learner = params.model->learner({.optimiser = params.optimiser.spec(), .gradient = params.gradient()});
  } catch (const std::invalid_argument& error) {
    throw fit_error(table, "model", error.what());
  }
  if (!learner)
    throw fit_error(table, "model", "has nothing to learn: choose a value model that does, such as process_reward");
  return learner;
}

TreeSource imported(const host::Node& table, const fs::path& file) {
  try {
    return {import_trees(file), step_list()};
  } catch (const JsonError& error) {
    throw fit_error(table, "import", error.what());
  }
}

host::Resolution check(host::Factory& factory, const host::Node& table, host::DryPass& pass) {
  auto resolution = factory.check<ValueFitParams>(value_fit_table(factory, table), pass).resolution;
  if (table.find("from") == nullptr && table.find("import") == nullptr && !table.incomplete) {
    pass.diagnostics.error(table.position, table.path +
                                               ".from is missing: a stage with do = \"solve\", whose search "
                                               "trees are learned from; or import, a file");
  }
  check_tree_source(factory, table, pass);
  return resolution;
}

StageOutcome run(StageContext& context, const host::Node& table) {
  const ValueFitParams params = context.factory.build<ValueFitParams>(value_fit_table(context.factory, table)).params;
  const Key key = run_key(context.seeds.front()).child("fit");
  TreeSource source = params.import ? imported(table, *params.import) : trees_of(context, table, *params.from);
  TreeSplit sides = split_trees(std::move(source.trees), table, params, key);
  const auto learner = learner_of(params, table);
  TooLongStates left_out;
  for (auto* side : {&sides.training, &sides.held_out})
    left_out.add(leave_out_too_long(*side, *source.topology, *learner, params.import.value_or("")));
  if (left_out.states > 0) log(LogLevel::warning, context.label + ": " + too_long_text(left_out));
  if (sides.training.empty() || sides.held_out.empty())
    throw fit_error(table, params.import ? "import" : "from", "has nothing to learn from: " + too_long_text(left_out));
  leave_out(sides.training, params.targets.root_mean);
  if (sides.training.empty())
    throw fit_error(table, "targets", "leave no tree to learn from: all of them have root means beyond root_mean");
  // What the keys are called decides what is drawn: the names by which shipped weights were made stay.
  const auto examples = examples_from(sides.training, *source.topology, params.targets, key.child("courses"));
  export_examples(context.folder, sides.training, examples);
  write_split(context.folder / "split.json", sides);

  ValueTask task({params, examples, sides.held_out, *source.topology, *params.model, *learner, key});
  TrainingLoop loop(task, params, context.label, context.workspace, [&] { return context.engine.stop_requested(); });
  if (!run_to_end(loop, table)) return {};
  fs::copy(loop.best(), context.folder / "checkpoint", fs::copy_options::recursive);
  write_file(context.folder / "curve.csv", loop.curve());
  Json summary = loop.summary();
  Json& targets = field<kValueFit>(summary, "targets") = counts_of(sides, examples);
  field<kTargets>(targets, "left_out_states") = left_out.states;
  const auto best = fitted(context, table, context.folder / "checkpoint");
  field<kValueFit>(summary, "held_out") = diagnose(judge(*best, sides.held_out, *source.topology));
  field<kValueFit>(summary, "product") = product_json(ValueModel::kind);
  return {.complete = true, .summary = std::move(summary)};
}

std::string show(const Json& summary) {
  std::vector<Explained<kValueFitTable>> titles = {"held-out states", "states"};
  for (const auto& column : kColumns) titles.push_back(column.title);
  Table table(headings<kValueFitTable>(titles));
  const Json& held_out = summary.at("held_out");
  for (const auto& [depth, figures] : held_out.at("by_depth").items())
    add_row(table, "after message " + depth, figures);
  for (const auto& [role, figures] : held_out.at("by_role").items()) add_row(table, role, figures);
  add_row(table, "all", held_out);
  const Json& targets = summary.at("targets");
  return table.text() + reliability_line(held_out.at("reliability")) +
         "AUC within: among states of one depth of one problem; siblings: pairs ordered right; saturated: share of "
         "values beyond 0.999; from " +
         compact(targets.at("training_trees").get<double>()) + " trees, " +
         compact(targets.at("trajectories").get<double>()) + " trajectories, " +
         compact(targets.at("labels").get<double>()) + " labels, " + compact(targets.at("pairs").get<double>()) +
         " pairs" + left_out_note(targets) + "; best of " + std::to_string(summary.at("steps").get<int>()) +
         " steps: " + std::to_string(summary.at("best_step").get<int>()) + "; " +
         duration(summary.at("seconds").get<double>()) + "\n";
}

}  // namespace

FitKind value_fit() {
  return {.name = "value",
          .summary = "Learns from search trees what every message is worth.",
          .product = ValueModel::kind,
          .section = ValueModel::section,
          .check = check,
          .run = run,
          .show = show,
          .params = params_as<ValueFitParams>,
          .describe = describe_params<ValueFitParams>};
}

}  // namespace espalier::study
