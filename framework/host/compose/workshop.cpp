#include "host/compose/workshop.hpp"

#include <utility>

#include "host/compose/composer.hpp"
#include "host/content_hash.hpp"
#include "host/manifest/merge.hpp"
#include "host/compose/node_source.hpp"

namespace espalier::host {

std::string Resolution::hash() const { return hash_text(canonical_text(determining)); }

/// One table being read, with all that its sources point to.
class Workshop::Reader {
 public:
  Reader(const Node& table, Composer& composer, DryPass& pass)
      : table_(table), reading_(composer.reading(pass.diagnostics, pass.for_run, false)), source_(table_, reading_) {}
  Reader(const Node& table, Composer& composer)
      : table_(table), reading_(composer.reading(mistakes_, true, true)), source_(table_, reading_) {}

  NodeSource& source() { return source_; }

  Resolution finish() {
    Resolution resolution = source_.finish();
    if (mistakes_.failed()) throw ManifestError(mistakes_);
    return resolution;
  }

 private:
  Node table_;
  Diagnostics mistakes_;
  Reading reading_;
  NodeSource source_;
};

Workshop::Workshop(Node root, Catalog& catalog, std::vector<StageKind> stage_kinds, WorkshopHooks hooks,
                   std::shared_ptr<ObjectPool> pool)
    : root_(std::move(root)),
      catalog_(catalog),
      composer_(std::make_unique<Composer>(*this, std::move(stage_kinds), std::move(hooks), std::move(pool))) {}

Workshop::~Workshop() = default;

std::vector<std::string> Workshop::stage_names() const {
  std::vector<std::string> names;
  const Node* stages = root_.find("stages");
  if (!stages || !stages->is_table()) return names;
  for (const auto& member : stages->members()) names.push_back(member.key);
  return names;
}

Node Workshop::stage(std::string_view name) const {
  const Node* stages = root_.find("stages");
  const Node* own = stages ? stages->find(name) : nullptr;
  if (!own || !own->is_table()) return {};
  Node defaults;
  if (const StageKind* kind = stage_kind(name)) {
    for (const auto& key : kind->defaults) {
      if (const Node* value = root_.find(key)) defaults.set(key, *value);
    }
  }
  Node table = merge_members(defaults, *own);
  table.incomplete = table.incomplete || root_.incomplete;
  table.erase("do");
  return table;
}

const StageKind* Workshop::stage_kind(std::string_view name) const { return composer_->stage_kind(name); }

Resolution Workshop::check_stage(const std::string& name, DryPass& pass) {
  Reading reading = composer_->reading(pass.diagnostics, pass.for_run, false);
  return composer_->check_stage(name, reading);
}

Resolution Workshop::stage_resolution(const std::string& name) {
  DryPass pass{.diagnostics = {}, .for_run = true};
  Resolution resolution = check_stage(name, pass);
  if (pass.diagnostics.failed()) throw ManifestError(std::move(pass.diagnostics));
  return resolution;
}

Resolution Workshop::check_plugin(const Node& reference, std::string_view kind, DryPass& pass) {
  Reading reading = composer_->reading(pass.diagnostics, pass.for_run, false);
  Child child = composer_->resolve(reference, kind, reading, false);
  return {std::move(child.effective), std::move(child.determining), std::move(reading.stages)};
}

std::shared_ptr<void> Workshop::create_plugin(const Node& reference, std::string_view kind) {
  DryPass pass{.diagnostics = {}, .for_run = true};
  static_cast<void>(check_plugin(reference, kind, pass));
  if (pass.diagnostics.failed()) throw ManifestError(std::move(pass.diagnostics));
  Diagnostics mistakes;
  Reading reading = composer_->reading(mistakes, true, true);
  return composer_->resolve(reference, kind, reading, true).object;
}

std::any Workshop::facts(const Node& reference, std::string_view kind) { return composer_->facts(reference, kind); }

const std::vector<std::string>& Workshop::settings() const { return composer_->settings(); }

std::shared_ptr<Workshop::Reader> Workshop::dry_reader(const Node& table, DryPass& pass) {
  return std::make_shared<Reader>(table, *composer_, pass);
}

std::shared_ptr<Workshop::Reader> Workshop::real_reader(const Node& table) {
  return std::make_shared<Reader>(table, *composer_);
}

ParamSource& Workshop::source_of(Reader& reader) { return reader.source(); }

Resolution Workshop::finish(Reader& reader) { return reader.finish(); }

}  // namespace espalier::host
