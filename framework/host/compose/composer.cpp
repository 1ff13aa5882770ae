#include "host/compose/composer.hpp"

#include <algorithm>
#include <espalier/bad_input.hpp>
#include <stdexcept>

#include "base/thrown.hpp"
#include "host/content_hash.hpp"
#include "host/nearest.hpp"
#include "host/wording.hpp"

namespace espalier::host {
namespace {

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

Node with_type(const Node& table, std::string_view type, const std::string& build_id) {
  Node typed;
  typed.set("type", Node(type));
  if (!build_id.empty()) typed.set(kBuildKey, Node(build_id));
  for (const auto& member : table.members()) typed.set(member.key, member.value);
  return typed;
}

}  // namespace

Factory::Composer::Composer(Factory& factory, std::vector<StageRules> stage_rules, FactoryHooks hooks,
                            std::shared_ptr<ObjectPool> pool)
    : factory_(factory),
      stage_rules_(std::move(stage_rules)),
      hooks_(std::move(hooks)),
      pool_(pool ? std::move(pool) : std::make_shared<ObjectPool>()) {}

Lookup Factory::Composer::lookup(Diagnostics& diagnostics, bool for_run, bool create) {
  Lookup lookup{.diagnostics = diagnostics, .for_run = for_run, .engine = factory_.root().find("engine")};
  lookup.resolve = [this, create](const Node& reference, std::string_view kind, Lookup& inner) {
    return resolve(reference, kind, inner, create);
  };
  lookup.note_setting = [this](const std::string& key) { add_once(settings_, key); };
  return lookup;
}

Child Factory::Composer::resolve(const Node& reference, std::string_view kind, Lookup& lookup, bool create) {
  if (reference.is_text()) return named(reference, kind, lookup, create);
  if (reference.is_table() && kind != kStageReference) return plugin(reference, kind, lookup, create);
  const std::string wanted = kind == kStageReference
                                 ? "must be the name of a stage"
                                 : "must be " + one(kind) + ": a table with a type, or the name of a shared one";
  lookup.diagnostics.error(reference.position,
                           reference.path + " " + wanted + "; got " + std::string(reference.type_name()));
  return {};
}

const Plugin* Factory::Composer::open(const Node& table, std::string_view kind, Lookup& lookup) {
  const Node* type = table.find("type");
  if (!type) {
    std::vector<std::string> names;
    for (const auto& entry : factory_.catalog().entries(kind)) names.push_back(entry.name);
    if (!table.incomplete) {
      lookup.diagnostics.error(table.position, join_path(table.path, "type") + " is missing: which " + singular(kind) +
                                                   " it is; known: " + enumerate(names));
    }
    return nullptr;
  }
  if (!type->is_text()) {
    lookup.diagnostics.error(type->position, type->path + " " + wrong_type("a string", *type));
    return nullptr;
  }
  Catalog& catalog = factory_.catalog();
  if (catalog.loading() == Loading::never && catalog.contains(kind, type->text())) {
    catalog.leave_closed(kind, type->text());
    return nullptr;
  }
  try {
    if (!catalog.contains(kind, type->text())) throw PluginError(catalog.unknown(kind, type->text()));
    return &catalog.open(kind, type->text());
  } catch (const PluginError& error) {
    lookup.diagnostics.error(type->position, type->path + ": " + error.what());
    return nullptr;
  }
}

Child Factory::Composer::plugin(const Node& table, std::string_view kind, Lookup& lookup, bool create) {
  if (!table.is_table()) {
    lookup.diagnostics.error(table.position, table.path + " " + wrong_type("a table with a type", table));
    return {};
  }
  const Plugin* plugin = open(table, kind, lookup);
  if (!plugin) return {};
  NodeSource source(table, lookup, {"type"});
  Child child;
  if (create) {
    child.object = make(*plugin, table, source);
  } else {
    describe(*plugin, table, source, lookup);
  }
  if (!create) check_facts(table, kind, lookup);
  const Resolution resolution = source.finish();
  child.effective = with_type(resolution.effective, plugin->descriptor->name, "");
  child.determining = with_type(resolution.determining, plugin->descriptor->name, plugin->build_id);
  if (create) {
    Node said = child.determining;
    for (const auto& tariff : resolution.tariffs) said.erase(tariff);
    child.object = adapted(kind, table, std::move(child.object), said);
  }
  return child;
}

void Factory::Composer::describe(const Plugin& plugin, const Node& table, NodeSource& source, Lookup& lookup) {
  try {
    plugin.descriptor->describe(source);
  } catch (...) {
    lookup.diagnostics.error(
        table.position, table.path + ": " + plugin.text() + " failed to read its parameters: " + base::thrown_text());
  }
}

/// Tells what a plugin finds wrong with what it was given before it exists, such as a folder that is no checkpoint.
void Factory::Composer::check_facts(const Node& table, std::string_view kind, Lookup& lookup) {
  if (asking_) return;  // whoever is asked reads its children again; these were asked when they were read first
  asking_ = true;
  try {
    static_cast<void>(facts(table, kind));
  } catch (const ManifestError& error) {
    lookup.diagnostics.add(error.diagnostics());
  } catch (const PluginError& error) {
    lookup.diagnostics.error({}, error.what());  // says where itself
  }
  asking_ = false;
}

std::shared_ptr<void> Factory::Composer::make(const Plugin& plugin, const Node& table, NodeSource& source) {
  const auto context = [&](const std::string& why) {
    return table.position.text() + ": creating " + table.path + " (" + plugin.text() + ") failed: " + why;
  };
  std::shared_ptr<void> during;
  if (hooks_.creating) {
    during = hooks_.creating(std::string(plugin.descriptor->kind) + "/" + std::string(plugin.descriptor->name));
  }
  try {
    auto object = plugin.descriptor->create(source);
    if (!object) throw PluginError(context("it created nothing"));
    return object;
  } catch (const PluginError&) {
    throw;  // a child's: it already says where
  } catch (const ManifestError&) {
    throw;
  } catch (const BadInput& error) {
    throw ManifestError(table.position, prefixed(table.path + ": ", error.what()));
  } catch (...) {
    throw PluginError(context(base::thrown_text()));
  }
}

std::shared_ptr<void> Factory::Composer::adapted(std::string_view kind, const Node& table, std::shared_ptr<void> object,
                                                 const Node& determining) {
  if (hooks_.adapt)
    return hooks_.adapt({factory_, kind, table, std::move(object), hash_text(canonical_text(determining))});
  if (kind == LanguageModel::kind) throw std::logic_error("nobody turns backends into language models here");
  return object;
}

Child Factory::Composer::named(const Node& reference, std::string_view kind, Lookup& lookup, bool create) {
  const Kind* wanted = find_kind(kind);
  if (wanted) {
    if (const Node* table = shared_table(wanted->section, reference.text()))
      return shared(reference, *wanted, *table, lookup, create);
  }
  const auto stages = factory_.stage_names();
  const bool is_stage = std::ranges::find(stages, reference.text()) != stages.end();
  if (is_stage && (kind == kStageReference || product_kind(reference.text()) == kind)) {
    return product(reference, kind, lookup, create);
  }
  if (!factory_.root().incomplete) {
    lookup.diagnostics.error(reference.position, reference.path + " " + unknown_name(reference.text(), kind),
                             "no " + singular(kind) + " " + reference.text());
  }
  return {};
}

template <class Read>
const Factory::Composer::Known& Factory::Composer::known(const std::string& name, bool for_run, Read read) {
  const KnownKey key(name, for_run);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  Known fresh;
  open_names_.push_back(name);
  try {
    read(fresh);
  } catch (...) {
    open_names_.pop_back();
    throw;
  }
  open_names_.pop_back();
  return known_[key] = std::move(fresh);
}

Child Factory::Composer::shared(const Node& reference, const Kind& kind, const Node& table, Lookup& lookup,
                                bool create) {
  const std::string name = join_path(kind.section, reference.text());
  if (const std::string round = circle(name); !round.empty()) {
    lookup.diagnostics.error(reference.position, reference.path + " goes round in a circle: " + round);
    return {};
  }
  const Known& found = known(name, lookup.for_run, [&](Known& fresh) {
    Lookup inner = this->lookup(fresh.diagnostics, lookup.for_run, false);
    Child child = plugin(table, kind.name, inner, false);
    fresh.resolution = {std::move(child.effective), std::move(child.determining), std::move(inner.stages)};
  });
  lookup.diagnostics.add(found.diagnostics);
  for (const auto& stage : found.resolution.stages) add_once(lookup.stages, stage);
  Child child{nullptr, Node(reference.text()), found.resolution.determining};
  if (!create) return child;
  const std::string identity = found.resolution.hash();
  child.object = pool_->find(kind.name, name, identity);
  if (!child.object) {
    child.object = plugin(table, kind.name, lookup, true).object;
    pool_->keep(kind.name, name, identity, child.object);
  }
  return child;
}

Child Factory::Composer::product(const Node& reference, std::string_view kind, Lookup& lookup, bool create) {
  const std::string& stage = reference.text();
  Child child{nullptr, Node(stage), Node()};
  if (const std::string round = circle(join_path("stages", stage)); !round.empty()) {
    lookup.diagnostics.error(reference.position, reference.path + " goes round in a circle: " + round);
    return child;
  }
  add_once(lookup.stages, stage);
  child.determining.set("stage", Node(check_stage(stage, lookup).hash()));
  if (create) {
    if (!hooks_.product) throw std::logic_error("nobody makes the products of stages here");
    child.object = hooks_.product(stage, kind);
  }
  return child;
}

Resolution Factory::Composer::check_stage(const std::string& name, Lookup& lookup) {
  const Known& found = known(join_path("stages", name), lookup.for_run, [&](Known& fresh) {
    const Node table = factory_.stage(name);
    const Node* written = shared_table("stages", name);
    const Node* action = written ? written->find("do") : nullptr;
    std::vector<std::string> kinds;
    for (const auto& rules : stage_rules_) kinds.push_back(rules.name);
    if (!written || !written->is_table()) {
      fresh.diagnostics.error(written ? written->position : Position{},
                              "stages." + name + " must be a table with a key do");
    } else if (!action) {
      if (written->incomplete) return;
      fresh.diagnostics.error(written->position,
                              written->path + ".do is missing: what the stage does; known: " + enumerate(kinds));
    } else if (!action->is_text()) {
      fresh.diagnostics.error(action->position, action->path + " " + wrong_type("a string", *action));
    } else if (const StageRules* rules = stage_rules(name); !rules) {
      fresh.diagnostics.error(action->position, action->path + ": there is no kind of stage " + action->text() +
                                                    did_you_mean(action->text(), kinds) +
                                                    "; known: " + enumerate(kinds));
    } else {
      DryPass pass{.diagnostics = {}, .for_run = lookup.for_run};
      fresh.resolution = rules->check(factory_, table, pass);
      fresh.diagnostics = std::move(pass.diagnostics);
      fresh.resolution.determining.set("do", Node(rules->name));
    }
  });
  lookup.diagnostics.add(found.diagnostics);
  return found.resolution;
}

const StageRules* Factory::Composer::stage_rules(std::string_view name) const {
  const Node* table = shared_table("stages", name);
  const auto found = std::ranges::find(stage_rules_, table ? table->text_or("do", "") : "", &StageRules::name);
  return found == stage_rules_.end() ? nullptr : &*found;
}

std::string_view Factory::Composer::product_kind(const std::string& stage) const {
  const StageRules* rules = stage_rules(stage);
  return rules && rules->product ? rules->product(factory_.stage(stage)) : "";
}

const Node* Factory::Composer::shared_table(std::string_view section, std::string_view name) const {
  const Node* tables = factory_.root().find(section);
  return tables ? tables->find(name) : nullptr;
}

/// Says why a name is none of the wanted kind: it names something else, or nothing.
std::string Factory::Composer::unknown_name(const std::string& name, std::string_view kind) const {
  const std::string wanted = one(kind);
  for (const auto& other : kKinds) {
    if (other.name != kind && shared_table(other.section, name)) {
      return "must name " + wanted + ", but " + name + " is " + one(other.name) + " (" +
             join_path(other.section, name) + ")";
    }
  }
  std::vector<std::string> names;
  for (const auto& stage : factory_.stage_names()) {
    const std::string_view made = product_kind(stage);
    if (kind == kStageReference || made == kind) {
      names.push_back(stage);
    } else if (stage == name) {
      return "must name " + wanted + ", but the stage " + name + " makes " + (made.empty() ? "none" : one(made));
    }
  }
  if (const Kind* known = find_kind(kind)) {
    const Node* section = factory_.root().find(known->section);
    if (section && section->is_table()) {
      for (const auto& member : section->members()) names.push_back(member.key);
    }
  }
  std::ranges::sort(names);
  std::string text = "names no " + singular(kind) + ": there is no " + name + did_you_mean(name, names) +
                     "; known: " + enumerate(names);
  if (factory_.catalog().contains(kind, name))
    text += "; for the plugin of this name write { type = \"" + name + "\" }";
  return text;
}

/// "values.a -> values.b -> values.a" when `name` is already being read, else "".
std::string Factory::Composer::circle(const std::string& name) const {
  const auto start = std::ranges::find(open_names_, name);
  if (start == open_names_.end()) return "";
  std::string round;
  for (auto step = start; step != open_names_.end(); ++step) round += *step + " -> ";
  return round + name;
}

std::any Factory::Composer::facts(const Node& reference, std::string_view kind) {
  const Node* table = &reference;
  if (reference.is_text()) {
    const Kind* known = find_kind(kind);
    table = known ? shared_table(known->section, reference.text()) : nullptr;
  }
  if (!table || !table->is_table()) return {};
  Diagnostics mistakes;
  Lookup dry = lookup(mistakes, false, false);
  const Plugin* plugin = open(*table, kind, dry);
  if (!plugin) return {};
  NodeSource trial(*table, dry, {"type"});
  describe(*plugin, *table, trial, dry);
  if (mistakes.failed()) return {};
  NodeSource source(*table, dry, {"type"});
  try {
    return plugin->descriptor->facts(source);
  } catch (const BadInput& error) {
    throw ManifestError(table->position, table->path + ": " + error.what());
  } catch (...) {
    throw PluginError(table->position.text() + ": the facts of " + table->path + " (" + plugin->text() +
                      ") failed: " + base::thrown_text());
  }
}

}  // namespace espalier::host
