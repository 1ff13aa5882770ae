#include <utility>

#include "host/compose/node_source.hpp"
#include "host/wording.hpp"

// The part of NodeSource that reads nested tables and child plugins.

namespace espalier::host {

const Node& NodeSource::kept(Node node) {
  made_.push_back(std::move(node));
  return made_.back();
}

NodeSource& NodeSource::nested(Declared& field, const Node& table) {
  field.nested.emplace_back("", std::make_unique<NodeSource>(table, lookup_));
  return *field.nested.back().second;
}

ParamSource& NodeSource::table(std::string_view key) {
  Declared& field = declared(key);
  const Node* node = value(key);
  if (node && !node->is_table()) error(*node, wrong_type("a table", *node));
  if (!node || !node->is_table()) {
    Node absent;
    absent.position = table_.position;
    absent.path = join_path(table_.path, key);
    absent.incomplete = node != nullptr || table_.incomplete;
    node = &kept(std::move(absent));
  }
  return nested(field, *node);
}

std::vector<std::pair<std::string, ParamSource*>> NodeSource::tables(std::string_view key) {
  std::vector<std::pair<std::string, ParamSource*>> sources;
  const Node* node = value(key);
  if (!node) return sources;
  Declared& field = declared(key);
  field.present = true;
  const auto add = [&](const std::string& name, const Node& element) {
    if (!element.is_table()) return error(element, wrong_type("a table", element));
    NodeSource& source = nested(field, element);
    field.nested.back().first = name;
    sources.emplace_back(name, &source);
  };
  if (node->is_table()) {
    for (const auto& member : node->members()) add(member.key, member.value);
  } else if (node->is_array()) {
    field.in_array = true;
    for (std::size_t i = 0; i < node->elements().size(); ++i) add(std::to_string(i), node->elements()[i]);
  } else {
    error(*node, wrong_type("a table of tables or an array of tables", *node));
  }
  return sources;
}

std::shared_ptr<void> NodeSource::child(std::string_view key) {
  Declared& field = declared(key);
  const Node* node = value(key);
  if (!node) {
    if (field.info.fallback_type.empty()) return nullptr;
    Node made;
    made.position = table_.position;
    made.path = join_path(table_.path, key);
    Node& type = made.set("type", Node(field.info.fallback_type));
    type.position = table_.position;
    type.path = join_path(made.path, "type");
    node = &kept(std::move(made));
  }
  Child child = lookup_.resolve(*node, field.info.kind, lookup_);
  field.effective = std::move(child.effective);
  field.determining = std::move(child.determining);
  field.present = true;
  return std::move(child.object);
}

std::vector<std::pair<std::string, std::shared_ptr<void>>> NodeSource::children(std::string_view key) {
  std::vector<std::pair<std::string, std::shared_ptr<void>>> objects;
  const Node* node = value(key);
  if (!node) return objects;
  Declared& field = declared(key);
  Node effective = node->is_array() ? Node::array() : Node();
  Node determining = effective;
  const auto add = [&](const std::string& name, const Node& reference) {
    Child child = lookup_.resolve(reference, field.info.kind, lookup_);
    objects.emplace_back(name, std::move(child.object));
    if (node->is_array()) {
      effective.elements().push_back(std::move(child.effective));
      determining.elements().push_back(std::move(child.determining));
    } else {
      effective.set(name, std::move(child.effective));
      determining.set(name, std::move(child.determining));
    }
  };
  if (node->is_table()) {
    for (const auto& member : node->members()) add(member.key, member.value);
  } else if (node->is_array()) {
    for (std::size_t i = 0; i < node->elements().size(); ++i) add(std::to_string(i), node->elements()[i]);
  } else {
    const std::string plural = singular(field.info.kind) + "s";
    error(*node, wrong_type("a table of " + plural + " by name, or an array of them", *node));
  }
  field.effective = std::move(effective);
  field.determining = std::move(determining);
  field.present = true;
  return objects;
}

}  // namespace espalier::host
