#include "study/run/run_plan.hpp"

#include <algorithm>

#include "host/compose/whole_tables.hpp"
#include "host/content_hash.hpp"
#include "host/manifest/manifest.hpp"
#include "host/manifest/sweep.hpp"
#include "study/run/engine_params.hpp"
#include "study/run/environment.hpp"
#include "study/run/run_folder.hpp"
#include "study/tables/sweep_table.hpp"

namespace espalier::study {
namespace {

void add_stage(PlannedPoint& point, const std::string& name) {
  if (std::ranges::find(point.stages, name, &PlannedStage::name) != point.stages.end()) return;
  host::DryPass pass;
  auto uses = point.factory->check_stage(name, pass).stages;
  for (const auto& used : uses) add_stage(point, used);
  point.stages.push_back({.name = name,
                          .label = point.name.empty() ? name : name + "@" + point.name,
                          .kind = &stage_kind(point.factory->stage_rules(name)->name),
                          .table = point.factory->stage(name),
                          .uses = std::move(uses),
                          .point = point.values});
}

}  // namespace

host::ManifestRules manifest_rules() {
  host::ManifestRules rules{.reserved_stage_names = reserved_stage_names(),
                            .reserved_stage_ending = std::string(kRunningEnding),
                            .engine = [](host::Factory& factory, const host::Node& engine, host::DryPass& pass) {
                              return factory.check<EngineParams>(engine, pass).resolution;
                            }};
  rules.stage_rules.assign(stage_kinds().begin(), stage_kinds().end());
  return rules;
}

std::vector<std::int64_t> seeds_of(const host::Node& root) {
  const host::Node* seed = root.find("seed");
  if (seed == nullptr) return {0};
  if (!seed->is_array()) return {seed->integer()};
  std::vector<std::int64_t> seeds;
  for (const auto& one : seed->elements()) seeds.push_back(one.integer());
  return seeds;
}

std::vector<PlannedPoint> plan_points(const host::Node& root, const host::Node& effective, host::Catalog& catalog,
                                      const MakeFactory& make) {
  std::vector<PlannedPoint> points;
  for (auto& point : host::sweep_points(root)) {
    PlannedPoint planned{.name = point.name, .values = point_json(point)};
    host::Diagnostics known;  // shown before
    planned.effective =
        point.name.empty() ? effective : host::check_manifest(point.root, catalog, manifest_rules(), known);
    planned.factory = make(host::whole_tables(point.root, manifest_rules().stage_rules, known), points.size());
    for (const auto& name : planned.factory->stage_names()) add_stage(planned, name);
    points.push_back(std::move(planned));
  }
  return points;
}

void identify(std::vector<PlannedPoint>& points, const std::vector<std::int64_t>& seeds) {
  const host::Node program(program_content());
  host::DryPass pass{.diagnostics = {}, .for_run = true};
  for (auto& point : points) {
    for (auto& stage : point.stages) {
      host::Node identity = point.factory->check_stage(stage.name, pass).determining;
      identity.set("stage", host::Node(stage.name));
      identity.set("program", program);
      host::Node all_seeds = host::Node::array();
      for (const std::int64_t seed : seeds) all_seeds.elements().push_back(host::Node(seed));
      identity.set("seeds", std::move(all_seeds));
      stage.hash = host::hash_text(host::canonical_text(identity));
    }
  }
  if (pass.diagnostics.failed()) throw host::ManifestError(std::move(pass.diagnostics));
}

}  // namespace espalier::study
