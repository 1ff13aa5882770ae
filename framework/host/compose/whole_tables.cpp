#include "host/compose/whole_tables.hpp"

#include <algorithm>

#include "host/manifest/manifest.hpp"
#include "host/manifest/merge.hpp"
#include "host/manifest/stage_patches.hpp"

namespace espalier::host {
namespace {

void lay_under(const std::vector<std::string>& keys, const Node& root, Node& stage) {
  Node defaults;
  for (const auto& key : keys) {
    if (const Node* value = root.find(key)) defaults.set(key, *value);
  }
  stage = merge_members(defaults, stage);
}

/// Lays what a stage says under each of its arms.
void write_out_arms(const std::string& key, Node& stage) {
  Node* arms = stage.find(key);
  if (arms == nullptr || !arms->is_table()) return;
  Node base = stage;
  base.erase(key);
  base.erase("do");
  for (auto& arm : arms->members()) {
    if (arm.value.is_table()) arm.value = merge(base, arm.value);
  }
}

}  // namespace

Node whole_tables(Node point, const std::vector<StageRules>& rules, Diagnostics& diagnostics) {
  Node root = with_whole_stages(std::move(point), diagnostics);
  Node* stages = root.find("stages");
  if (stages == nullptr || !stages->is_table()) return root;
  for (auto& member : stages->members()) {
    Node& stage = member.value;
    if (!stage.is_table()) continue;
    const auto kind = std::ranges::find(rules, stage.text_or("do", ""), &StageRules::name);
    if (kind == rules.end()) continue;
    lay_under(kind->defaults, root, stage);
    stage.incomplete = stage.incomplete || root.incomplete;
    if (!kind->arms.empty()) write_out_arms(kind->arms, stage);
  }
  return root;
}

}  // namespace espalier::host
