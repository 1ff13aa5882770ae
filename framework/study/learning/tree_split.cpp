#include "study/learning/tree_split.hpp"

#include <map>
#include <string>
#include <utility>

#include "study/learning/group_split.hpp"
#include "study/stages/fit_kinds.hpp"
#include "study/stages/problems.hpp"

namespace espalier::study {
namespace {

/// Fails the fit when it would learn from problems that it must keep apart from. Those it holds out are no others: a
/// split goes by question.
void keep_apart(const host::Node& table, const TreeFitParams& params, const std::vector<SearchTree>& training) {
  std::map<std::string, std::string> learned;
  for (const auto& tree : training) learned.emplace(question_form(tree.problem->question), tree.problem->id);
  for (const auto& [name, problems] : params.disjoint_from) {
    for (const auto& item : select_problems(problems, table, host::join_path("disjoint_from", name)).items) {
      const auto found = learned.find(question_form(item.problem.question));
      if (found == learned.end()) continue;
      throw fit_error(
          table, "disjoint_from",
          "has problem " + item.problem.id + " of " + name + ", which is learned from as problem " + found->second);
    }
  }
}

std::vector<std::pair<std::string, std::string>> ids_of(const std::vector<SearchTree>& trees) {
  std::vector<std::pair<std::string, std::string>> ids;
  for (const auto& tree : trees) ids.emplace_back(tree.problem->id, tree.problem->question);
  return ids;
}

}  // namespace

void check_tree_source(host::Factory& factory, const host::Node& table, host::DryPass& pass) {
  if (const host::Node* from = table.find("from"); from != nullptr && from->is_text()) {
    const host::StageRules* kind = factory.stage_rules(from->text());
    if (kind != nullptr && kind->name != "solve") {
      pass.diagnostics.error(from->position, from->path + " must name a stage with do = \"solve\": " + from->text() +
                                                 " has do = \"" + kind->name + "\"");
    }
  }
  if (const host::Node* apart = table.find("disjoint_from"); apart != nullptr && apart->is_table()) {
    for (const auto& member : apart->members()) check_problems(factory, *apart, member.key, pass);
  }
}

TreeSource trees_of(StageContext& context, const host::Node& table, const StageInput& from) {
  const host::Node stage = context.factory.stage(from.name);
  const host::Node* topology = stage.find("topology");
  if (topology == nullptr)
    throw fit_error(table, "from", "names a stage without a topology: one with do = \"solve\" has one");
  TreeSource source{.trees = {}, .topology = context.factory.create<Topology>(*topology)};
  source.trees = read_trees(from.folder / "records.jsonl", *source.topology);
  return source;
}

TreeSplit split_trees(std::vector<SearchTree> trees, const host::Node& table, const TreeFitParams& params, Key key) {
  if (trees.empty()) throw fit_error(table, "from", "has no search tree: none of its problems was solved with one");
  const GroupSplit split(params.held_out, key.child("split"));
  TreeSplit sides;
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
  keep_apart(table, params, sides.training);
  return sides;
}

void write_split(const std::filesystem::path& file, const TreeSplit& sides) {
  write_json(file, split_manifest(ids_of(sides.training), ids_of(sides.held_out)));
}

}  // namespace espalier::study
