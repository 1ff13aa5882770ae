#include "study/learning/tree_sides.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "study/learning/fit_kinds.hpp"
#include "study/learning/group_split.hpp"
#include "study/problems.hpp"

namespace espalier::study {
namespace {

/// Fails the fit when it would learn from what it or others are judged on.
void check_leakage(const host::Node& table, const TreeFitParams& params, const TreeSides& sides) {
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

std::vector<std::pair<std::string, std::string>> ids_of(const std::vector<SearchTree>& trees) {
  std::vector<std::pair<std::string, std::string>> ids;
  for (const auto& tree : trees) ids.emplace_back(tree.problem->id, tree.problem->question);
  return ids;
}

}  // namespace

void check_tree_source(host::Workshop& workshop, const host::Node& table, host::DryPass& pass) {
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
}

TreeSource trees_of(StageContext& context, const host::Node& table, const StageInput& from) {
  const host::Node stage = context.workshop.stage(from.name);
  const host::Node* topology = stage.find("topology");
  if (topology == nullptr)
    throw fit_error(table, "from", "names a stage without a topology: one with do = \"solve\" has one");
  TreeSource source{.trees = {}, .topology = context.workshop.create<Topology>(*topology)};
  source.trees = read_trees(from.folder / "records.jsonl", *source.topology);
  return source;
}

TreeSides split_trees(std::vector<SearchTree> trees, const host::Node& table, const TreeFitParams& params, Key key) {
  if (trees.empty()) throw fit_error(table, "from", "has no search tree: none of its problems was solved with one");
  const GroupSplit split(params.held_out, key.child("split"));
  TreeSides sides;
  for (auto& tree : trees) {
    auto& side = split.is_held_out(tree.problem->question) ? sides.held_out : sides.training;
    side.push_back(std::move(tree));
  }
  if (sides.training.empty())
    throw fit_error(table, "from",
                    "has no tree to learn from: all " + std::to_string(sides.held_out.size()) +
                        " happen to be held out; it takes more problems, or a smaller held_out");
  if (sides.held_out.empty())
    throw fit_error(table, "held_out",
                    "holds out no tree to choose weights by; it takes more problems, or a greater share");
  check_leakage(table, params, sides);
  return sides;
}

void write_split(const std::filesystem::path& file, const TreeSides& sides) {
  write_json(file, split_manifest(ids_of(sides.training), ids_of(sides.held_out)));
}

}  // namespace espalier::study
