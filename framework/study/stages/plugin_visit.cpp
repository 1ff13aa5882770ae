#include "study/stages/plugin_visit.hpp"

#include <algorithm>
#include <espalier/kinds.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "host/plugins/schema.hpp"

namespace espalier::study {
namespace {

class PluginFinder {
 public:
  PluginFinder(host::Factory& factory, const PluginVisit& visit) : factory_(factory), visit_(visit) {}

  bool ended_at(const host::Node& reference, std::string_view kind) {
    const host::Node* table = &reference;
    if (reference.is_text()) {
      // Names may refer to one another in a circle, which the check reports elsewhere.
      if (!seen_.emplace(kind, reference.text()).second) return false;
      const Kind* known = host::find_kind(kind);
      const host::Node* section = known != nullptr ? factory_.root().find(known->section) : nullptr;
      table = section != nullptr ? section->find(reference.text()) : nullptr;
    }
    const std::string_view type = table != nullptr ? table->text_or("type", "") : "";
    if (type.empty() || !factory_.catalog().contains(kind, type)) return false;
    if (visit_(kind, *table)) return true;
    return ended_below(*table, host::record_schema(factory_.catalog().open(kind, type)).fields);
  }

 private:
  bool ended_below(const host::Node& table, const std::vector<host::SchemaField>& fields) {
    return std::any_of(fields.begin(), fields.end(), [&](const host::SchemaField& field) {
      const host::Node* value = table.find(field.info.key);
      switch (field.info.type) {
        case ParamType::plugin:
          return value != nullptr ? ended_at(*value, field.info.kind) : ended_by_default(field.info);
        case ParamType::plugins:
          return value != nullptr &&
                 any_child(*value, [&](const host::Node& child) { return ended_at(child, field.info.kind); });
        case ParamType::table:
          return value != nullptr && ended_below(*value, field.nested);
        case ParamType::tables:
          return value != nullptr &&
                 any_child(*value, [&](const host::Node& child) { return ended_below(child, field.nested); });
        default:
          return false;
      }
    });
  }

  bool ended_by_default(const FieldInfo& info) {
    if (info.fallback_type.empty()) return false;
    host::Node table;
    table.set("type", host::Node(info.fallback_type));
    return ended_at(table, info.kind);
  }

  template <class Predicate>
  static bool any_child(const host::Node& parent, const Predicate& predicate) {
    if (parent.is_array()) return std::any_of(parent.elements().begin(), parent.elements().end(), predicate);
    if (!parent.is_table()) return false;
    return std::any_of(parent.members().begin(), parent.members().end(),
                       [&](const host::Node::Member& member) { return predicate(member.value); });
  }

  host::Factory& factory_;
  const PluginVisit& visit_;
  std::set<std::pair<std::string, std::string>> seen_;
};

}  // namespace

bool any_plugin(host::Factory& factory, const host::Node& reference, std::string_view kind, const PluginVisit& visit) {
  return PluginFinder(factory, visit).ended_at(reference, kind);
}

}  // namespace espalier::study
