#include "host/compose/factory.hpp"

#include <utility>

#include "host/compose/composer.hpp"
#include "host/compose/node_source.hpp"
#include "host/content_hash.hpp"

namespace espalier::host {

std::string Resolution::hash() const { return hash_text(canonical_text(determining)); }

/// One table being read, with all that its sources point to.
class Factory::TableSource {
 public:
  TableSource(const Node& table, Composer& composer, DryPass& pass)
      : table_(table), lookup_(composer.lookup(pass.diagnostics, pass.for_run, false)), source_(table_, lookup_) {}
  TableSource(const Node& table, Composer& composer)
      : table_(table), lookup_(composer.lookup(mistakes_, true, true)), source_(table_, lookup_) {}

  NodeSource& source() { return source_; }

  Resolution finish() {
    Resolution resolution = source_.finish();
    if (mistakes_.failed()) throw ManifestError(mistakes_);
    return resolution;
  }

 private:
  Node table_;
  Diagnostics mistakes_;
  Lookup lookup_;
  NodeSource source_;
};

Factory::Factory(Node root, Catalog& catalog, std::vector<StageRules> stage_rules, FactoryHooks hooks,
                 std::shared_ptr<ObjectPool> pool)
    : root_(std::move(root)),
      catalog_(catalog),
      composer_(std::make_unique<Composer>(*this, std::move(stage_rules), std::move(hooks), std::move(pool))) {}

Factory::~Factory() = default;

std::vector<std::string> Factory::stage_names() const {
  std::vector<std::string> names;
  const Node* stages = root_.find("stages");
  if (!stages || !stages->is_table()) return names;
  for (const auto& member : stages->members()) names.push_back(member.key);
  return names;
}

Node Factory::stage(std::string_view name) const {
  const Node* stages = root_.find("stages");
  const Node* own = stages ? stages->find(name) : nullptr;
  if (!own || !own->is_table()) return {};
  Node table = *own;
  table.erase("do");
  return table;
}

const StageRules* Factory::stage_rules(std::string_view name) const { return composer_->stage_rules(name); }

Resolution Factory::check_stage(const std::string& name, DryPass& pass) {
  Lookup lookup = composer_->lookup(pass.diagnostics, pass.for_run, false);
  return composer_->check_stage(name, lookup);
}

Resolution Factory::stage_resolution(const std::string& name) {
  DryPass pass{.diagnostics = {}, .for_run = true};
  Resolution resolution = check_stage(name, pass);
  if (pass.diagnostics.failed()) throw ManifestError(std::move(pass.diagnostics));
  return resolution;
}

Resolution Factory::check_plugin(const Node& reference, std::string_view kind, DryPass& pass) {
  Lookup lookup = composer_->lookup(pass.diagnostics, pass.for_run, false);
  Child child = composer_->resolve(reference, kind, lookup, false);
  return {std::move(child.effective), std::move(child.determining), std::move(lookup.stages)};
}

std::shared_ptr<void> Factory::create_plugin(const Node& reference, std::string_view kind) {
  DryPass pass{.diagnostics = {}, .for_run = true};
  static_cast<void>(check_plugin(reference, kind, pass));
  if (pass.diagnostics.failed()) throw ManifestError(std::move(pass.diagnostics));
  Diagnostics mistakes;
  Lookup lookup = composer_->lookup(mistakes, true, true);
  return composer_->resolve(reference, kind, lookup, true).object;
}

std::any Factory::facts(const Node& reference, std::string_view kind) { return composer_->facts(reference, kind); }

const std::vector<std::string>& Factory::settings() const { return composer_->settings(); }

std::shared_ptr<Factory::TableSource> Factory::dry_source(const Node& table, DryPass& pass) {
  return std::make_shared<TableSource>(table, *composer_, pass);
}

std::shared_ptr<Factory::TableSource> Factory::real_source(const Node& table) {
  return std::make_shared<TableSource>(table, *composer_);
}

ParamSource& Factory::source_of(TableSource& source) { return source.source(); }

Resolution Factory::finish(TableSource& source) { return source.finish(); }

}  // namespace espalier::host
