#include "host/compose/check.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "host/compose/whole_tables.hpp"
#include "host/manifest/manifest.hpp"
#include "host/manifest/names.hpp"
#include "host/manifest/sweep.hpp"
#include "host/nearest.hpp"
#include "host/plugins/schema.hpp"
#include "host/wording.hpp"

namespace espalier::host {
namespace {

namespace fs = std::filesystem;

/// Sections whose names share one namespace, since a parameter may be given any of them by name alone.
constexpr std::string_view kOneNamespace[] = {LanguageModel::section, ValueModel::section, "stages"};

void sort_once(std::vector<std::string>& names) {
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

std::vector<std::string> known_root_keys(const ManifestRules& rules) {
  std::vector<std::string> known = {"title", "seed", "include", "plugins", "engine", "stages", "sweep"};
  for (const auto& kind : kKinds) known.emplace_back(kind.section);
  for (const auto& kind : rules.stage_rules) known.insert(known.end(), kind.defaults.begin(), kind.defaults.end());
  sort_once(known);
  return known;
}

std::vector<std::string> keys_of(const Node& table) {
  std::vector<std::string> keys;
  for (const auto& member : table.members()) keys.push_back(member.key);
  return keys;
}

/// Checks a manifest at one point of its sweep.
class PointCheck {
 public:
  PointCheck(const Node& root, Catalog& catalog, const ManifestRules& rules, Diagnostics& diagnostics)
      : root_(whole_tables(root, rules.stage_rules, diagnostics)),
        catalog_(catalog),
        rules_(rules),
        diagnostics_(diagnostics),
        factory_(root_, catalog, rules.stage_rules) {}

  Node run() {
    for (const auto& key : {"title", "seed", "plugins"}) {
      if (const Node* value = root_.find(key)) effective_.set(key, *value);
    }
    if (!root_.find("seed")) effective_.set("seed", Node(0));
    title_and_seed();
    engine();
    for (const auto& kind : kKinds) shared_objects(kind);
    stages();
    names();
    settings();
    root_keys();
    return std::move(effective_);
  }

 private:
  void error(const Node& node, const std::string& what) { diagnostics_.error(node.position, node.path + " " + what); }

  void title_and_seed() {
    const Node* title = root_.find("title");
    if (title && !title->is_text()) error(*title, wrong_type("a string", *title));
    const Node* seed = root_.find("seed");
    if (!seed) return;
    const auto check_one = [&](const Node& one) {
      if (one.type() != Node::Type::integer) {
        error(one, wrong_type("an integer or an array of integers", one));
      } else if (one.integer() < 0) {
        error(one, "must be at least 0, got " + std::to_string(one.integer()));
      }
    };
    if (!seed->is_array()) return check_one(*seed);
    if (seed->elements().empty()) error(*seed, "must name at least one seed");
    std::ranges::for_each(seed->elements(), check_one);
  }

  void engine() {
    const Node* engine = root_.find("engine");
    Node none;
    none.path = "engine";
    if (engine && !engine->is_table()) {
      error(*engine, wrong_type("a table", *engine));
      engine = nullptr;
    }
    if (engine) effective_.set("engine", *engine);
    if (!rules_.engine) return;
    DryPass pass;
    const Resolution resolution = rules_.engine(factory_, engine ? *engine : none, pass);
    diagnostics_.add(pass.diagnostics);
    Node merged = resolution.effective;
    if (engine) {
      for (const auto& member : engine->members()) {
        if (!merged.find(member.key)) merged.set(member.key, member.value);
      }
    }
    effective_.set("engine", std::move(merged));
  }

  void shared_objects(const Kind& kind) {
    const Node* section = root_.find(kind.section);
    if (!section) return;
    if (!section->is_table()) return error(*section, wrong_type("a table of tables", *section));
    Node objects;
    for (const auto& member : section->members()) {
      // By name, not in place: so circles are found and what is shared is read once.
      Node reference(member.key);
      reference.position = member.position;
      reference.path = member.value.path;
      DryPass pass;
      static_cast<void>(factory_.check_plugin(reference, kind.name, pass));
      diagnostics_.add(pass.diagnostics);
      DryPass again;
      objects.set(member.key, member.value.is_table() ? factory_.check_plugin(member.value, kind.name, again).effective
                                                      : member.value);
    }
    effective_.set(kind.section, std::move(objects));
  }

  void stages() {
    const Node* stages = root_.find("stages");
    if (!stages || (stages->is_table() && stages->members().empty())) {
      if (!root_.incomplete)
        diagnostics_.warning(root_.position, "there is nothing to do: the manifest has no [stages.NAME]");
      return;
    }
    if (!stages->is_table()) return error(*stages, wrong_type("a table of tables", *stages));
    for (const auto& member : stages->members()) stage_name(member);
    Node resolved;
    for (const auto& name : factory_.stage_names()) {
      DryPass pass;
      const Resolution resolution = factory_.check_stage(name, pass);
      diagnostics_.add(pass.diagnostics);
      Node table;
      table.set("do", Node(stages->find(name)->text_or("do", "")));
      for (const auto& member : resolution.effective.members()) table.set(member.key, member.value);
      resolved.set(name, std::move(table));
    }
    effective_.set("stages", std::move(resolved));
  }

  /// A stage's name is that of a folder in the run folder, and must not lead anywhere else.
  void stage_name(const Node::Member& stage) {
    std::string fault = folder_name_fault(stage.key);
    const auto& reserved = rules_.reserved_stage_names;
    const bool ends = !rules_.reserved_stage_ending.empty() && stage.key.ends_with(rules_.reserved_stage_ending);
    if (fault.empty() && (ends || std::ranges::find(reserved, stage.key) != reserved.end()))
      fault = "is a name that run folders use themselves";
    if (fault.empty()) return;
    diagnostics_.error(stage.position,
                       "the name of stage " + quote(stage.key) + " " + fault + "; it names a folder in the run folder");
  }

  void names() {
    std::map<std::string, const Node*> taken;
    for (const auto section : kOneNamespace) {
      const Node* tables = root_.find(section);
      if (!tables || !tables->is_table()) continue;
      for (const auto& member : tables->members()) {
        const auto [first, fresh] = taken.try_emplace(member.key, &member.value);
        if (fresh) continue;
        error(member.value, "has the name of " + first->second->path + " (" + first->second->position.text() +
                                "); models, value models and stages share one namespace: rename one of them");
      }
    }
  }

  /// A key of [engine] must be a setting of something that is installed. Only when nothing in this manifest has it are
  /// the other plugins opened and asked.
  void settings() {
    const Node* engine = root_.find("engine");
    if (!engine || !engine->is_table() || catalog_.loading() == Loading::never) return;
    std::vector<std::string> known = factory_.settings();
    const auto missing = [&](const Node::Member& member) {
      return std::ranges::find(known, member.key) == known.end();
    };
    if (std::ranges::none_of(engine->members(), missing)) return;
    for (const auto& entry : catalog_.entries()) add_settings(entry, known);
    sort_once(known);
    for (const auto& member : engine->members()) {
      if (!missing(member)) continue;
      diagnostics_.error(member.position, join_path("engine", member.key) + " is not known here" +
                                              did_you_mean(member.key, known) + "; known: " + enumerate(known));
    }
  }

  void add_settings(const CatalogEntry& entry, std::vector<std::string>& known) {
    try {
      for (const auto& field : record_schema(catalog_.open(entry.kind, entry.name)).fields) {
        if (field.info.ambient) known.push_back(field.info.key);
      }
    } catch (const PluginError&) {
      // A plugin that nobody uses may be broken without being this manifest's mistake.
    }
  }

  void root_keys() {
    const auto known = known_root_keys(rules_);
    for (const auto& member : root_.members()) {
      if (std::ranges::binary_search(known, member.key)) continue;
      diagnostics_.error(member.position, member.value.path + " is not known here" + did_you_mean(member.key, known) +
                                              "; known: " + enumerate(known));
    }
  }

  const Node root_;
  Catalog& catalog_;
  const ManifestRules& rules_;
  Diagnostics& diagnostics_;
  Factory factory_;
  Node effective_;
};

void add_plugins(const Node& root, Catalog& catalog, Diagnostics& diagnostics) {
  for (const auto& finding : catalog.writable_by_others()) diagnostics.warning({}, finding);
  const Node* plugins = root.find("plugins");
  if (!plugins) return;
  const auto add = [&](const Node& path) {
    if (!path.is_text()) {
      diagnostics.error(path.position, path.path + " " + wrong_type("a path", path));
      return;
    }
    const std::size_t known = catalog.writable_by_others().size();
    try {
      catalog.add(fs::path(path.position.file).parent_path() / path.text());
      if (catalog.writable_by_others().size() > known)
        diagnostics.warning(path.position, catalog.writable_by_others().back());
    } catch (const PluginError& error) {
      diagnostics.error(path.position, path.path + ": " + error.what());
    }
  };
  if (plugins->is_array()) {
    std::ranges::for_each(plugins->elements(), add);
  } else {
    diagnostics.error(plugins->position, "plugins " + wrong_type("an array of folders and libraries", *plugins));
  }
}

/// Why the key of an axis leads to nothing that is known, or "".
std::string leads_nowhere(const Node& root, const SweepAxis& axis, const ManifestRules& rules) {
  const Node* section = root.find(axis.segments[0]);
  if (!section) {
    const auto known = known_root_keys(rules);
    if (std::ranges::binary_search(known, axis.segments[0])) return "";
    return "there is no " + axis.segments[0] + did_you_mean(axis.segments[0], known) + "; known: " + enumerate(known);
  }
  if (axis.segments.size() < 3 || !section->is_table() || section->find(axis.segments[1])) return "";
  const auto names = keys_of(*section);
  return "there is no " + join_path(axis.segments[0], axis.segments[1]) + did_you_mean(axis.segments[1], names) +
         "; known: " + enumerate(names);
}

/// Reports axes that vary nothing, and returns those that can be tried.
std::vector<SweepAxis> usable_axes(const Node& root, const ManifestRules& rules, Diagnostics& diagnostics) {
  std::vector<SweepAxis> usable;
  if (const Node* sweep = root.find("sweep"); sweep && !sweep->is_table()) {
    diagnostics.error(sweep->position, "sweep " + wrong_type("a table of keys and arrays", *sweep));
  }
  for (auto& axis : sweep_axes(root)) {
    std::string key = "the key of [sweep] ";
    std::string dotted;
    for (const auto& segment : axis.segments) dotted = join_path(dotted, segment);
    key += dotted;
    Node trial = root;
    if (axis.segments.empty()) {
      diagnostics.error(axis.position, "an empty key of [sweep] varies nothing");
    } else if (!axis.values->is_array() || axis.values->elements().empty()) {
      diagnostics.error(axis.values->position, key + " must list at least one value in an array");
    } else if (const std::string why = leads_nowhere(root, axis, rules); !why.empty()) {
      diagnostics.error(axis.position, key + " leads nowhere: " + why);
    } else if (!assign(trial, axis, axis.values->elements().front())) {
      diagnostics.error(axis.position, key + " leads through something that is no table");
    } else {
      usable.push_back(std::move(axis));
    }
  }
  return usable;
}

}  // namespace

Node check_manifest(const Node& root, Catalog& catalog, const ManifestRules& rules, Diagnostics& diagnostics) {
  add_plugins(root, catalog, diagnostics);
  const auto axes = usable_axes(root, rules, diagnostics);
  std::optional<Node> effective;
  for_each_trial(root, axes, [&](const Node& trial) {
    Node checked = PointCheck(trial, catalog, rules, diagnostics).run();
    if (!effective) effective = std::move(checked);
  });
  return std::move(*effective);
}

}  // namespace espalier::host
