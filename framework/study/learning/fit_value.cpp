#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "study/learning/fit.hpp"
#include "study/learning/fit_kinds.hpp"
#include "study/learning/group_split.hpp"
#include "study/learning/targets.hpp"
#include "study/learning/trl.hpp"
#include "study/learning/value_training.hpp"
#include "study/problems.hpp"
#include "study/table.hpp"

namespace espalier::study {
namespace {

namespace fs = std::filesystem;

/// Where trees come from, and who spoke in them.
struct Source {
  std::vector<SearchTree> trees;
  std::shared_ptr<Topology> topology;
};

/// The trees of a fit on their two sides.
struct Sides {
  std::vector<SearchTree> training;
  std::vector<SearchTree> held_out;
};

Source trees_of(StageContext& context, const host::Node& table, const ValueFitParams& params) {
  if (params.import) return {import_trees(*params.import), step_list()};
  const host::Node stage = context.workshop.stage(params.from->name);
  const host::Node* topology = stage.find("topology");
  if (topology == nullptr)
    throw fit_error(table, "from", "names a stage without a topology: one with do = \"solve\" has one");
  Source source{.topology = context.workshop.create<Topology>(*topology)};
  source.trees = read_trees(params.from->folder / "records.jsonl", *source.topology);
  return source;
}

Sides split(std::vector<SearchTree> trees, const ValueFitParams& params, Key key) {
  const GroupSplit split(params.held_out, key.child("split"));
  Sides sides;
  for (auto& tree : trees) {
    const bool filtered = std::abs(tree.mean()) > params.targets.root_mean;
    if (split.is_held_out(tree.problem->question)) {
      sides.held_out.push_back(std::move(tree));
    } else if (!filtered) {
      sides.training.push_back(std::move(tree));
    }
  }
  return sides;
}

std::vector<std::pair<std::string, std::string>> ids_of(const std::vector<SearchTree>& trees) {
  std::vector<std::pair<std::string, std::string>> ids;
  for (const auto& tree : trees) ids.emplace_back(tree.problem->id, tree.problem->question);
  return ids;
}

/// Fails the fit when it would learn from what it or others are judged on.
void check_leakage(const host::Node& table, const ValueFitParams& params, const Sides& sides) {
  std::map<std::string, std::string> learned;
  for (const auto& tree : sides.training) learned.emplace(question_form(tree.problem->question), tree.problem->id);
  const auto check = [&](const std::string& question, const std::string& id, std::string_view key,
                         const std::string& where) {
    const auto found = learned.find(question_form(question));
    if (found == learned.end()) return;
    throw fit_error(table, key, "has problem " + id + where + ", which is learned from as problem " + found->second);
  };
  for (const auto& tree : sides.held_out) check(tree.problem->question, tree.problem->id, "held_out", "");
  for (const auto& [name, problems] : params.apart_from) {
    const std::string key = host::join_path("apart_from", name);
    const Selection selection = select_problems(problems, table, key);
    for (const auto& item : selection.items) {
      check(item.problem.question, item.problem.id, "apart_from", " of " + name);
    }
  }
}

std::vector<Lessons> lessons_from(const std::vector<SearchTree>& trees, const Topology& topology,
                                  const TargetParams& params, Key key) {
  std::vector<Lessons> lessons;
  for (const auto& tree : trees) {
    lessons.push_back(
        lessons_of(tree, topology, params, key.child(tree.problem->id).child(static_cast<std::uint64_t>(tree.seed))));
  }
  return lessons;
}

/// What a checkpoint holds, made as later stages will make it.
std::shared_ptr<ValueModel> fitted(StageContext& context, const host::Node& table, const fs::path& checkpoint) {
  host::Node made = fitted_table(context.workshop, table);
  made.set("checkpoint", host::Node(fs::absolute(checkpoint).string()));
  return context.workshop.create<ValueModel>(made);
}

Json counts_of(const Sides& sides, const std::vector<Lessons>& lessons) {
  std::size_t paths = 0;
  std::size_t labels = 0;
  std::size_t pairs = 0;
  for (const auto& one : lessons) {
    paths += one.paths.size();
    pairs += one.preferences.size();
    for (const auto& path : one.paths)
      labels += static_cast<std::size_t>(
          std::ranges::count_if(path.labels, [](const auto& label) { return label.has_value(); }));
  }
  return {{"training_trees", sides.training.size()},
          {"held_out_trees", sides.held_out.size()},
          {"paths", paths},
          {"labels", labels},
          {"pairs", pairs}};
}

std::string figure(const Json& figures, const char* key) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", figures.at(key).get<double>());
  return text;
}

void add_row(Table& table, const std::string& name, const Json& figures) {
  std::vector<std::string> row{name, std::to_string(figures.at("states").get<std::size_t>())};
  for (const char* key : {"rmse", "pearson", "auc", "auc_within", "pair_accuracy", "brier", "ece"})
    row.push_back(figure(figures, key));
  table.add(std::move(row));
}

}  // namespace

host::Resolution check_value_fit(host::Workshop& workshop, const host::Node& table, host::DryPass& pass) {
  auto resolution = workshop.check<ValueFitParams>(table, pass).resolution;
  if (const host::Node* from = table.find("from"); from != nullptr && from->is_text()) {
    const host::StageKind* kind = workshop.stage_kind(from->text());
    if (kind != nullptr && kind->name != "solve") {
      pass.diagnostics.error(from->position, from->path + " must name a stage with do = \"solve\": " + from->text() +
                                                 " has do = \"" + kind->name + "\"");
    }
  }
  if (const host::Node* apart = table.find("apart_from"); apart != nullptr && apart->is_table()) {
    for (const auto& member : apart->members()) check_problems(workshop, *apart, member.key, pass);
  }
  return resolution;
}

StageOutcome run_value_fit(StageContext& context, const host::Node& table) {
  const ValueFitParams params = context.workshop.build<ValueFitParams>(table).params;
  const Key key = Key{static_cast<std::uint64_t>(context.seeds.front()), 0}.child("espalier").child("fit");
  Source source = trees_of(context, table, params);
  const Sides sides = split(std::move(source.trees), params, key);
  if (sides.training.empty()) throw fit_error(table, "targets", "leave no tree to learn from");
  if (sides.held_out.empty())
    throw fit_error(table, "held_out",
                    "holds out no tree to choose weights by; it takes more problems, or a greater share");
  check_leakage(table, params, sides);
  const auto lessons = lessons_from(sides.training, *source.topology, params.targets, key.child("courses"));
  export_lessons(context.folder, sides.training, lessons);
  write_json(context.folder / "split.json", split_manifest(ids_of(sides.training), ids_of(sides.held_out)));

  std::optional<ValueTask> task;
  try {
    task.emplace(ValueJob{params, lessons, sides.held_out, *source.topology, *params.model, key});
  } catch (const std::invalid_argument& error) {
    throw fit_error(table, "model", error.what());
  }
  TrainingLoop loop(*task, params, context.workspace, [&] { return context.engine.stop_requested(); });
  if (!loop.run()) return {};
  fs::copy(loop.best(), context.folder / "checkpoint", fs::copy_options::recursive);
  write_file(context.folder / "curve.csv", loop.curve());
  Json summary = loop.summary();
  summary["targets"] = counts_of(sides, lessons);
  const auto best = fitted(context, table, context.folder / "checkpoint");
  summary["held_out"] = diagnose(judge(*best, sides.held_out, *source.topology, sides.held_out.size()));
  summary["product"] = product_json(ValueModel::kind);
  return {.complete = true, .summary = std::move(summary)};
}

std::string show_value_fit(const Json& summary) {
  Table table({{"held-out states", Table::Align::left},
               {"states"},
               {"RMSE"},
               {"Pearson"},
               {"AUC"},
               {"AUC within"},
               {"siblings"},
               {"Brier"},
               {"ECE"}});
  const Json& held_out = summary.at("held_out");
  for (const auto& [depth, figures] : held_out.at("by_depth").items())
    add_row(table, "after message " + depth, figures);
  for (const auto& [role, figures] : held_out.at("by_role").items()) add_row(table, role, figures);
  add_row(table, "all", held_out);
  const Json& targets = summary.at("targets");
  return table.text() + "AUC within: among states of one depth of one problem; siblings: pairs ordered right; from " +
         compact(targets.at("training_trees").get<double>()) + " trees, " + compact(targets.at("paths").get<double>()) +
         " courses, " + compact(targets.at("labels").get<double>()) + " labels, " +
         compact(targets.at("pairs").get<double>()) + " pairs; best of " +
         std::to_string(summary.at("steps").get<int>()) +
         " steps: " + std::to_string(summary.at("best_step").get<int>()) + "; " +
         duration(summary.at("seconds").get<double>()) + "\n";
}

}  // namespace espalier::study
