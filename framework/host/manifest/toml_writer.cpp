#include <algorithm>
#include <espalier/param_source.hpp>

#include "host/manifest/node.hpp"

namespace espalier::host {
namespace {

constexpr std::size_t kLineLength = 110;

std::string scalar(const Node& node) {
  switch (node.type()) {
    case Node::Type::text:
      return quote(node.text());
    case Node::Type::integer:
      return spell(node.integer());
    case Node::Type::real:
      return spell(node.real());
    default:
      return spell(node.boolean());
  }
}

std::string one_line(const Node& node);

std::string one_line_table(const Node& node) {
  std::string text = "{";
  for (const auto& member : node.members()) {
    text += (text.size() > 1 ? ", " : " ") + spell_key(member.key) + " = " + one_line(member.value);
  }
  return text + (text.size() > 1 ? " }" : "}");
}

std::string one_line(const Node& node) {
  if (node.is_table()) return one_line_table(node);
  if (!node.is_array()) return scalar(node);
  std::string text = "[";
  for (const auto& element : node.elements()) text += (text.size() > 1 ? ", " : "") + one_line(element);
  return text + "]";
}

/// A value after "key = ": on one line where it fits, else an array with one element per line. Inline tables stay on
/// one line, as TOML 1.0 wants them.
std::string value(const Node& node) {
  std::string text = one_line(node);
  if (!node.is_array() || node.elements().empty() || text.size() < kLineLength) return text;
  text = "[\n";
  for (const auto& element : node.elements()) text += "  " + one_line(element) + ",\n";
  return text + "]";
}

/// Whether a table reads better under a [heading] of its own than as an inline table.
bool deserves_heading(const Node& node, int depth) {
  return node.is_table() && (depth < 2 || one_line(node).size() >= kLineLength);
}

/// Writes the values of a table first and then its subtables under headings: TOML has no way back to the outer table.
void write(const Node& table, const std::string& path, int depth, std::string& document) {
  const auto headed = [&](const Node::Member& member) { return deserves_heading(member.value, depth); };
  const bool only_headings = !table.members().empty() && std::ranges::all_of(table.members(), headed);
  if (!path.empty() && !only_headings) document += (document.empty() ? "[" : "\n[") + path + "]\n";
  for (const auto& member : table.members()) {
    if (!headed(member)) document += spell_key(member.key) + " = " + value(member.value) + "\n";
  }
  for (const auto& member : table.members()) {
    if (headed(member)) write(member.value, join_path(path, member.key), depth + 1, document);
  }
}

}  // namespace

std::string spell_key(std::string_view key) {
  const auto bare = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !key.empty() && std::ranges::all_of(key, bare) ? std::string(key) : quote(key);
}

std::string to_toml(const Node& table) {
  std::string document;
  write(table, "", 0, document);
  return document;
}

std::string canonical_text(const Node& node) {
  if (node.is_array()) {
    std::string text = "[";
    for (const auto& element : node.elements()) text += canonical_text(element) + ",";
    return text + "]";
  }
  if (!node.is_table()) return scalar(node);
  std::vector<const Node::Member*> ordered;
  for (const auto& member : node.members()) ordered.push_back(&member);
  std::ranges::sort(ordered, {}, [](const Node::Member* member) { return member->key; });
  std::string text = "{";
  for (const auto* member : ordered) text += spell_key(member->key) + "=" + canonical_text(member->value) + ",";
  return text + "}";
}

}  // namespace espalier::host
