#include "study/run/data_check.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "host/compose/factory.hpp"
#include "host/compose/object_pool.hpp"
#include "host/compose/whole_tables.hpp"
#include "host/manifest/sweep.hpp"
#include "study/run/model_registry.hpp"
#include "study/run/run_plan.hpp"
#include "study/stages/stage.hpp"

namespace espalier::study {
namespace {

/// Where something was said when the manifest was read, so that it is not said again.
class Reported {
 public:
  explicit Reported(const host::Diagnostics& diagnostics) {
    for (const auto& item : diagnostics.sorted()) positions_.push_back(item.position);
  }
  bool has(const host::Position& position) const { return std::ranges::find(positions_, position) != positions_.end(); }

 private:
  std::vector<host::Position> positions_;
};

/// Looks into the data of all stages at one point of the sweep.
void check_point(host::Factory& factory, const Reported& reported, host::Diagnostics& diagnostics) {
  for (const auto& name : factory.stage_names()) {
    try {
      static_cast<void>(stage_kind(factory.stage_rules(name)->name).dry_run(factory, factory.stage(name), 1));
    } catch (const host::ManifestError& error) {
      for (const auto& item : error.diagnostics().sorted()) {
        if (!reported.has(item.position)) diagnostics.error(item.position, item.message, item.cause);
      }
    } catch (const host::PluginError& error) {
      diagnostics.error({}, error.what());
    }
  }
}

}  // namespace

void check_data(const host::Node& root, host::Catalog& catalog, host::Diagnostics& diagnostics) {
  const Reported reported(diagnostics);
  ModelRegistry models(nullptr);
  const auto pool = std::make_shared<host::ObjectPool>();
  host::for_each_trial(root, host::sweep_axes(root), [&](const host::Node& point) {
    host::Diagnostics known;
    host::FactoryHooks hooks;
    hooks.adapt = [&](host::Created created) { return models.adapt(std::move(created)); };
    const auto kinds = manifest_rules().stage_rules;
    host::Factory factory(host::whole_tables(point, kinds, known), catalog, kinds, std::move(hooks), pool);
    check_point(factory, reported, diagnostics);
  });
}

}  // namespace espalier::study
