#include <espalier/bad_input.hpp>
#include <espalier/kit/reward/reward_file.hpp>
#include <string>

#include "hostile/reader_folder.hpp"
#include "hostile/readers.hpp"
#include "study/json.hpp"
#include "study/learning/targets.hpp"
#include "study/learning/trl.hpp"
#include "study/tables/tree_view.hpp"
#include "support/settings.hpp"

namespace espalier::hostile {
namespace {

/// What a fit makes of trees. The counts are what labels are weighed by.
void learn_from(const std::vector<study::SearchTree>& trees, const Topology& topology) {
  testing::Settings settings;
  const study::TargetParams params(settings);
  for (const auto& tree : trees) {
    for (const auto& node : tree.nodes) {
      if (node.visits < 0 || node.successes < 0 || node.successes > node.visits) __builtin_trap();
    }
    static_cast<void>(study::examples_of(tree, topology, params, {}));
    static_cast<void>(study::compat_pairs(tree, params));
  }
}

}  // namespace

void read_records(std::string_view bytes) {
  const auto file = folder_with("records.jsonl", bytes) / "records.jsonl";
  const auto topology = study::step_list();
  try {
    learn_from(study::read_trees(file, *topology), *topology);
  } catch (const study::JsonError&) {
  }
  try {
    study::read_json_lines(
        file, "", [](const study::Json& record, std::size_t) { static_cast<void>(study::draw_tree(record, {})); });
  } catch (const study::JsonError&) {
  }
}

void read_examples(std::string_view bytes) {
  try {
    learn_from(study::import_trees(folder_with("training examples.jsonl", bytes) / "training examples.jsonl"),
               *study::step_list());
  } catch (const study::JsonError&) {
  }
}

void read_reward(std::string_view bytes) {
  testing::Settings settings;
  reward::RewardParams params(settings);
  try {
    reward::read_reward_file(folder_with("reward.json", bytes), params);
  } catch (const BadInput&) {
  }
}

}  // namespace espalier::hostile
