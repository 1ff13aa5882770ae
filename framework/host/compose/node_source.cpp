#include "host/compose/node_source.hpp"

#include <algorithm>
#include <utility>

#include "host/content_hash.hpp"
#include "host/manifest/bounds.hpp"
#include "host/manifest/manifest.hpp"
#include "host/manifest/node_json.hpp"
#include "host/nearest.hpp"
#include "host/plugins/folders.hpp"
#include "host/wording.hpp"

namespace espalier::host {
namespace {

namespace fs = std::filesystem;

/// A value as a message repeats it.
std::string shown(const Node& node) {
  if (node.is_table() || node.is_array()) return std::string(node.type_name());
  return canonical_text(node);
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

}  // namespace

NodeSource::NodeSource(const Node& table, Lookup& lookup, std::vector<std::string> own_keys)
    : table_(table), lookup_(lookup), own_keys_(std::move(own_keys)) {}

void NodeSource::declare(const FieldInfo& info) {
  Declared field{.info = info};
  if (!info.fallback.empty() && info.kind.empty()) {
    field.effective = field.determining = parse_value(info.fallback);
    field.present = true;
  }
  declared_.push_back(std::move(field));
  if (value(info.key) == nullptr) check_fallback(declared_.back());
  if (info.ambient && lookup_.note_setting) lookup_.note_setting(info.key);
  if (info.required && !table_.find(info.key) && !table_.incomplete) {
    lookup_.diagnostics.error(table_.position, join_path(table_.path, info.key) + " is missing: " + info.help);
  }
}

/// A default that follows from other parameters can leave its bounds, where what is written could not.
void NodeSource::check_fallback(const Declared& field) {
  if (!field.info.bounds || !field.present || table_.incomplete) return;
  const auto outside = [&](const Node& node) {
    const auto number = as_real(node);
    return number && !within(*field.info.bounds, *number);
  };
  const Node& fallback = field.effective;
  if (fallback.is_array() ? std::ranges::none_of(fallback.elements(), outside) : !outside(fallback)) return;
  lookup_.diagnostics.error(table_.position, join_path(table_.path, field.info.key) + " must be " +
                                                 bounds_text(*field.info.bounds) + ", and follows from the rest as " +
                                                 field.info.fallback + ": set it, or what it follows from");
}

NodeSource::Declared& NodeSource::declared(std::string_view key) {
  return *std::ranges::find(declared_, key, [](const Declared& field) { return field.info.key; });
}

const Node* NodeSource::value(std::string_view key) {
  if (const Node* own = table_.find(key)) return own;
  return declared(key).info.ambient && lookup_.engine ? lookup_.engine->find(key) : nullptr;
}

void NodeSource::error(const Node& node, const std::string& what) {
  if (node.incomplete) return;  // reported when it was read
  lookup_.diagnostics.error(node.position, node.path + " " + what);
}

bool NodeSource::admissible(const Node& node, const FieldInfo& info) {
  if (const auto number = as_real(node); number && info.bounds && !within(*info.bounds, *number)) {
    error(node, "must be " + bounds_text(*info.bounds) + ", got " + shown(node));
    return false;
  }
  if (node.is_text() && !info.choices.empty() && std::ranges::find(info.choices, node.text()) == info.choices.end()) {
    error(node, "must be one of " + enumerate(info.choices) + "; got " + shown(node) +
                    did_you_mean(node.text(), info.choices));
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

std::optional<std::string> NodeSource::text(std::string_view key) {
  return scalar<std::string>(key, "a string", as_text);
}

std::optional<std::vector<std::int64_t>> NodeSource::integers(std::string_view key) {
  return list<std::int64_t>(key, "integer", as_integer);
}

std::optional<std::vector<double>> NodeSource::reals(std::string_view key) {
  return list<double>(key, "number", as_real);
}

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
  const auto places = folders_beside(node->position.file);
  const auto there =
      std::ranges::find_if(places, [&](const fs::path& folder) { return fs::exists(folder / node->text()); });
  const fs::path& folder = there == places.end() ? places.front() : *there;
  const fs::path path = fs::absolute(folder / node->text()).lexically_normal();
  Declared& field = declared(key);
  field.effective = field.determining = Node(path.string());
  field.present = true;
  if (!fs::exists(path)) {
    const std::string message = node->path + " names " + path.string() + ", which does not exist";
    if (lookup_.for_run) {
      lookup_.diagnostics.error(node->position, message);
    } else {
      lookup_.diagnostics.warning(node->position, message + " yet");
    }
  } else if (lookup_.for_run) {
    field.determining = Node();
    field.determining.set("content", Node(hash_content(path)));
  }
  return path;
}

namespace {

/// A value of a dictionary: `level = 5` is `level = "5"`.
std::optional<std::string> scalar_text(const Node& value) {
  switch (value.type()) {
    case Node::Type::text:
      return value.text();
    case Node::Type::boolean:
      return value.boolean() ? "true" : "false";
    case Node::Type::integer:
      return std::to_string(value.integer());
    default:
      return std::nullopt;
  }
}

}  // namespace

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
    if (auto text = scalar_text(member.value)) {
      plain.set(member.key, Node(*text));
      entries.emplace_back(member.key, *std::move(text));
    } else {
      error(member.value, wrong_type("a string, a whole number, true or false", member.value));
    }
  }
  Declared& field = declared(key);
  field.effective = field.determining = std::move(plain);
  field.present = true;
  return entries;
}

std::optional<std::string> NodeSource::free_table(std::string_view key) {
  const Node* node = value(key);
  if (!node) return std::nullopt;
  if (!node->is_table()) {
    error(*node, wrong_type("a table", *node));
    return std::nullopt;
  }
  Declared& field = declared(key);
  field.effective = field.determining = *node;
  field.present = true;
  return to_json(*node).dump();
}

void NodeSource::reject(std::string_view key_path, std::string why) {
  const Node* node = &table_;
  for (const auto& segment : split_path(key_path)) {
    const Node* next = node->is_array() ? node->at("[" + segment + "]") : node->find(segment);
    if (!next) break;
    node = next;
  }
  const std::string path = table_.path.empty() ? std::string(key_path) : table_.path + "." + std::string(key_path);
  lookup_.diagnostics.error(node->position, path + " " + std::move(why));
}

void NodeSource::report_unknown() {
  if (!table_.is_table()) return;
  std::vector<std::string> known = own_keys_;
  for (const auto& field : declared_) known.push_back(field.info.key);
  std::ranges::sort(known);
  for (const auto& member : table_.members()) {
    if (std::ranges::binary_search(known, member.key)) continue;
    lookup_.diagnostics.error(member.position, join_path(table_.path, member.key) + " is not known here" +
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
    if (field.info.tariff) resolution.tariffs.push_back(field.info.key);
  }
  resolution.stages = lookup_.stages;
  return resolution;
}

}  // namespace espalier::host
