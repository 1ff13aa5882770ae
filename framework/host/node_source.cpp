#include "host/node_source.hpp"

#include <algorithm>
#include <utility>

#include "host/bounds.hpp"
#include "host/catalog.hpp"
#include "host/content_hash.hpp"
#include "host/manifest.hpp"
#include "host/nearest.hpp"

namespace espalier::host {
namespace {

namespace fs = std::filesystem;

/// A value as a message repeats it.
std::string shown(const Node& node) {
  if (node.is_table() || node.is_array()) return std::string(node.type_name());
  return canonical_text(node);
}

/// "a string" for a wrong type.
std::string wrong_type(std::string_view wanted, const Node& got) {
  return "must be " + std::string(wanted) + ", got " + std::string(got.type_name());
}

std::optional<std::int64_t> as_integer(const Node& node) {
  if (node.type() != Node::Type::integer) return std::nullopt;
  return node.integer();
}

std::optional<double> as_real(const Node& node) {
  if (node.type() == Node::Type::integer) return static_cast<double>(node.integer());
  if (node.type() != Node::Type::real) return std::nullopt;
  return node.real();
}

std::optional<bool> as_boolean(const Node& node) {
  if (node.type() != Node::Type::boolean) return std::nullopt;
  return node.boolean();
}

std::optional<std::string> as_text(const Node& node) {
  if (!node.is_text()) return std::nullopt;
  return node.text();
}

std::string singular(std::string_view kind) {
  const Kind* known = find_kind(kind);
  return std::string(known ? known->singular : kind);
}

}  // namespace

NodeSource::NodeSource(const Node& table, Reading& reading, std::vector<std::string> own_keys)
    : table_(table), reading_(reading), own_keys_(std::move(own_keys)) {}

void NodeSource::declare(const FieldInfo& info) {
  Declared field{.info = info};
  if (!info.fallback.empty() && info.kind.empty()) {
    field.effective = field.determining = parse_value(info.fallback);
    field.present = true;
  }
  declared_.push_back(std::move(field));
  if (info.ambient && reading_.note_setting) reading_.note_setting(info.key);
  if (info.required && !table_.find(info.key) && !table_.incomplete) {
    reading_.diagnostics.error(table_.position, join_path(table_.path, info.key) + " is missing: " + info.help);
  }
}

NodeSource::Declared& NodeSource::declared(std::string_view key) {
  return *std::ranges::find(declared_, key, [](const Declared& field) { return field.info.key; });
}

const Node* NodeSource::value(std::string_view key) {
  if (const Node* own = table_.find(key)) return own;
  return declared(key).info.ambient && reading_.engine ? reading_.engine->find(key) : nullptr;
}

void NodeSource::error(const Node& node, const std::string& what) {
  if (node.incomplete) return;  // reported when it was read
  reading_.diagnostics.error(node.position, node.path + " " + what);
}

bool NodeSource::admissible(const Node& node, const FieldInfo& info) {
  if (const auto number = as_real(node); number && info.bounds && !within(*info.bounds, *number)) {
    error(node, "must be " + bounds_text(*info.bounds) + ", got " + shown(node));
    return false;
  }
  if (node.is_text() && !info.choices.empty() && std::ranges::find(info.choices, node.text()) == info.choices.end()) {
    error(node, "must be one of " + enumerate(info.choices) + "; got " + shown(node) + did_you_mean(node.text(), info.choices));
    return false;
  }
  return true;
}

template <class T, class Convert>
std::optional<T> NodeSource::scalar(std::string_view key, std::string_view wanted, Convert convert) {
  const Node* node = value(key);
  if (!node) return std::nullopt;
  Declared& field = declared(key);
  const std::optional<T> converted = convert(*node);
  if (!converted) {
    error(*node, wrong_type(wanted, *node));
    return std::nullopt;
  }
  if (!admissible(*node, field.info)) return std::nullopt;
  field.effective = field.determining = Node(*converted);
  field.present = true;
  return converted;
}

template <class T, class Convert>
std::optional<std::vector<T>> NodeSource::list(std::string_view key, std::string_view wanted, Convert convert) {
  const Node* node = value(key);
  if (!node) return std::nullopt;
  if (!node->is_array()) {
    error(*node, wrong_type("an array of " + std::string(wanted) + "s", *node));
    return std::nullopt;
  }
  Declared& field = declared(key);
  std::vector<T> values;
  std::vector<Node> spelled;
  bool right = true;
  for (const auto& element : node->elements()) {
    const std::optional<T> converted = convert(element);
    if (!converted) error(element, wrong_type((wanted == "integer" ? "an " : "a ") + std::string(wanted), element));
    right = right && converted && admissible(element, field.info);
    if (!right) continue;
    values.push_back(*converted);
    spelled.emplace_back(*converted);
  }
  if (!right) return std::nullopt;
  field.effective = field.determining = Node::array(std::move(spelled));
  field.present = true;
  return values;
}

std::optional<bool> NodeSource::boolean(std::string_view key) { return scalar<bool>(key, "a boolean", as_boolean); }

std::optional<std::int64_t> NodeSource::integer(std::string_view key) {
  return scalar<std::int64_t>(key, "an integer", as_integer);
}

std::optional<double> NodeSource::real(std::string_view key) { return scalar<double>(key, "a number", as_real); }

std::optional<std::string> NodeSource::text(std::string_view key) { return scalar<std::string>(key, "a string", as_text); }

std::optional<std::vector<std::int64_t>> NodeSource::integers(std::string_view key) {
  return list<std::int64_t>(key, "integer", as_integer);
}

std::optional<std::vector<double>> NodeSource::reals(std::string_view key) { return list<double>(key, "number", as_real); }

std::optional<std::vector<std::string>> NodeSource::texts(std::string_view key) {
  return list<std::string>(key, "string", as_text);
}

std::optional<fs::path> NodeSource::file(std::string_view key) {
  const Node* node = value(key);
  if (!node) return std::nullopt;
  if (!node->is_text()) {
    error(*node, wrong_type("a path", *node));
    return std::nullopt;
  }
  const fs::path path = fs::absolute(fs::path(node->position.file).parent_path() / node->text()).lexically_normal();
  Declared& field = declared(key);
  field.effective = field.determining = Node(path.string());
  field.present = true;
  if (!fs::exists(path)) {
    const std::string message = node->path + " names " + path.string() + ", which does not exist";
    if (reading_.for_run) {
      reading_.diagnostics.error(node->position, message);
    } else {
      reading_.diagnostics.warning(node->position, message + " yet");
    }
  } else if (reading_.for_run) {
    field.determining = Node();
    field.determining.set("content", Node(hash_content(path)));
  }
  return path;
}

std::vector<std::pair<std::string, std::string>> NodeSource::dictionary(std::string_view key) {
  const Node* node = value(key);
  if (!node) return {};
  if (!node->is_table()) {
    error(*node, wrong_type("a table of strings", *node));
    return {};
  }
  std::vector<std::pair<std::string, std::string>> entries;
  Node plain;
  for (const auto& member : node->members()) {
    if (member.value.is_text()) {
      entries.emplace_back(member.key, member.value.text());
      plain.set(member.key, Node(member.value.text()));
    } else {
      error(member.value, wrong_type("a string", member.value));
    }
  }
  Declared& field = declared(key);
  field.effective = field.determining = std::move(plain);
  field.present = true;
  return entries;
}

const Node& NodeSource::kept(Node node) {
  made_.push_back(std::move(node));
  return made_.back();
}

NodeSource& NodeSource::nested(Declared& field, const Node& table) {
  field.nested.emplace_back("", std::make_unique<NodeSource>(table, reading_));
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
  Child child = reading_.resolve(*node, field.info.kind, reading_);
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
    Child child = reading_.resolve(reference, field.info.kind, reading_);
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

void NodeSource::reject(std::string_view key_path, std::string why) {
  const Node* node = &table_;
  for (const auto& segment : split_path(key_path)) {
    const Node* next = node->is_array() ? node->at("[" + segment + "]") : node->find(segment);
    if (!next) break;
    node = next;
  }
  const std::string path = table_.path.empty() ? std::string(key_path) : table_.path + "." + std::string(key_path);
  reading_.diagnostics.error(node->position, path + " " + std::move(why));
}

void NodeSource::report_unknown() {
  if (!table_.is_table()) return;
  std::vector<std::string> known = own_keys_;
  for (const auto& field : declared_) known.push_back(field.info.key);
  std::ranges::sort(known);
  for (const auto& member : table_.members()) {
    if (std::ranges::binary_search(known, member.key)) continue;
    reading_.diagnostics.error(member.position, join_path(table_.path, member.key) + " is not known here" +
                                                    did_you_mean(member.key, known) + "; known: " + enumerate(known));
  }
}

Resolution NodeSource::finish() {
  // The settings in [engine] belong to many readers: the check of the whole manifest knows all of them.
  if (table_.path != "engine") report_unknown();
  Resolution resolution;
  for (auto& field : declared_) {
    if (!field.nested.empty()) {
      const bool single = field.info.type == ParamType::table;
      field.present = true;
      field.effective = field.in_array ? Node::array() : Node();
      field.determining = field.effective;
      for (auto& [name, source] : field.nested) {
        Resolution inner = source->finish();
        if (single) {
          field.effective = std::move(inner.effective);
          field.determining = std::move(inner.determining);
        } else if (field.in_array) {
          field.effective.elements().push_back(std::move(inner.effective));
          field.determining.elements().push_back(std::move(inner.determining));
        } else {
          field.effective.set(name, std::move(inner.effective));
          field.determining.set(name, std::move(inner.determining));
        }
      }
    }
    if (!field.present) continue;
    resolution.effective.set(field.info.key, std::move(field.effective));
    if (!field.info.ambient) resolution.determining.set(field.info.key, std::move(field.determining));
  }
  resolution.stages = reading_.stages;
  return resolution;
}

}  // namespace espalier::host
