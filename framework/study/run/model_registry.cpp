#include "study/run/model_registry.hpp"

#include <espalier/value_model.hpp>
#include <utility>

#include "engine/stored_model.hpp"
#include "engine/stored_value_model.hpp"
#include "study/stages/plugin_visit.hpp"

namespace espalier::study {

namespace {

/// What a value model says of itself; raw is also one that has a raw one below it.
ValueModel::Facts facts_of(const host::Created& created) {
  auto facts = created.factory.facts_of<ValueModel>(created.table).value_or(ValueModel::Facts{});
  facts.raw =
      any_plugin(created.factory, created.table, ValueModel::kind, [&](std::string_view kind, const host::Node& table) {
        if (kind != ValueModel::kind) return false;
        const auto below = created.factory.facts_of<ValueModel>(table);
        return below && below->raw;
      });
  return facts;
}

/// Where the manifest has it; its type where it was written nowhere.
std::string name_of(const host::Node& table) {
  return table.path.empty() ? std::string(table.text_or("type", "")) : table.path;
}

}  // namespace

std::shared_ptr<void> ModelRegistry::adapt(host::Created created) {
  if (created.kind == ValueModel::kind) {
    engine::ValueModelIdentity identity{created.identity, name_of(created.table), facts_of(created)};
    return engine::make_value_model(std::static_pointer_cast<ValueModel>(created.object), std::move(identity), calls_);
  }
  if (created.kind != LanguageModel::kind) return created.object;
  const auto backend = std::static_pointer_cast<Backend>(created.object);
  auto model = engine::make_language_model(
      backend, {.identity = created.identity, .description = "language model " + created.identity}, calls_);
  backends_[model.get()] = backend;
  return model;
}

std::shared_ptr<Backend> ModelRegistry::backend(const LanguageModel& model) const {
  const auto found = backends_.find(&model);
  return found == backends_.end() ? nullptr : found->second.lock();
}

}  // namespace espalier::study
