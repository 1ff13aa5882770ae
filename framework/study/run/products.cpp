#include "study/run/products.hpp"

#include <algorithm>
#include <espalier/language_model.hpp>

#include "engine/activity_page.hpp"
#include "study/json.hpp"
#include "study/stages/fit_kinds.hpp"
#include "study/stages/fit_params.hpp"

namespace espalier::study {

namespace fs = std::filesystem;

std::unique_ptr<host::Factory> Products::shared_factory(const host::Node& root, std::size_t point) {
  return factory(root, point, pool_);
}

std::unique_ptr<host::Factory> Products::own_factory(const host::Node& root, std::size_t point, bool lends) {
  return factory(
      root, point,
      lends ? std::make_shared<host::ObjectPool>(pool_, LanguageModel::kind) : std::make_shared<host::ObjectPool>());
}

std::vector<std::string> Products::missing(std::size_t point, const PlannedStage& stage) const {
  std::vector<std::string> labels;
  for (const auto& used : stage.uses) {
    const auto input = std::ranges::find(points_.at(point).stages, used, &PlannedStage::name);
    if (!usable_.contains(input->label)) labels.push_back(input->label);
  }
  return labels;
}

std::unique_ptr<host::Factory> Products::factory(const host::Node& root, std::size_t point,
                                                 const std::shared_ptr<host::ObjectPool>& pool) {
  host::FactoryHooks hooks;
  hooks.adapt = [this](host::Created created) { return models_.adapt(std::move(created)); };
  hooks.product = [this, point, pool](const std::string& stage, std::string_view kind) {
    return product(point, stage, kind, *pool);
  };
  hooks.creating = [](std::string_view plugin) {
    return std::make_shared<engine::PluginCall>(plugin, engine::PluginMember::create);
  };
  return std::make_unique<host::Factory>(root, catalog_, manifest_rules().stage_rules, std::move(hooks), pool);
}

std::shared_ptr<void> Products::product(std::size_t point, const std::string& name, std::string_view kind,
                                        host::ObjectPool& pool) {
  const auto stage = std::ranges::find(points_.at(point).stages, name, &PlannedStage::name);
  const fs::path& result = usable_.at(stage->label);
  if (kind == host::kStageReference) return std::make_shared<StageInput>(StageInput{.name = name, .folder = result});
  const Json made = read_json(result / "summary.json").at("product");
  const std::string path = "stages." + name;
  if (auto object = pool.find(kind, path, stage->hash)) return object;
  host::Node table = fitted_table(*points_.at(point).factory, stage->table);
  table.set("checkpoint", host::Node(fs::absolute(result / made.at("checkpoint").get<std::string>()).string()));
  host::assign_paths(table, path);
  auto object = points_.at(point).factory->create_plugin(table, kind);
  pool.keep(kind, path, stage->hash, object);
  return object;
}

}  // namespace espalier::study
