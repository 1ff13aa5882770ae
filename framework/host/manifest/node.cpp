#include "host/manifest/node.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace espalier::host {
namespace {

/// Reads one quoted key of a dotted path; `from` stands behind the opening quote and is left behind the closing one.
std::string quoted_segment(std::string_view dotted, std::size_t& from, char quote) {
  std::string segment;
  while (from < dotted.size() && dotted[from] != quote) {
    if (dotted[from] == '\\' && quote == '"' && from + 1 < dotted.size()) ++from;
    segment += dotted[from++];
  }
  ++from;
  return segment;
}

const Node* element(const Node& array, std::string_view index) {
  if (index.empty() || !std::ranges::all_of(index, [](unsigned char c) { return std::isdigit(c); })) return nullptr;
  if (index.size() > 9) return nullptr;
  const auto number = static_cast<std::size_t>(std::stoul(std::string(index)));
  return number < array.elements().size() ? &array.elements()[number] : nullptr;
}

bool same_members(const std::vector<Node::Member>& a, const Node& other) {
  if (a.size() != other.members().size()) return false;
  return std::ranges::all_of(a, [&](const Node::Member& member) {
    const Node* match = other.find(member.key);
    return match && *match == member.value;
  });
}

}  // namespace

Node Node::array(std::vector<Node> elements) {
  Node node;
  node.value_ = std::move(elements);
  return node;
}

std::string_view Node::type_name() const {
  static constexpr std::string_view names[] = {"a table",    "an array", "a string",
                                               "an integer", "a number", "a boolean"};
  return names[value_.index()];
}

const Node* Node::find(std::string_view key) const {
  if (!is_table()) return nullptr;
  const auto found = std::ranges::find(members(), key, &Member::key);
  return found == members().end() ? nullptr : &found->value;
}

Node* Node::find(std::string_view key) { return const_cast<Node*>(std::as_const(*this).find(key)); }

const Node* Node::at(std::string_view dotted) const {
  const Node* node = this;
  for (const auto& segment : split_path(dotted)) {
    node = node->is_array() ? element(*node, segment) : node->find(segment);
    if (!node) return nullptr;
  }
  return node;
}

std::string_view Node::text_or(std::string_view key, std::string_view fallback) const {
  const Node* found = find(key);
  return found && found->is_text() ? std::string_view(found->text()) : fallback;
}

Node& Node::set(std::string_view key, Node value) {
  if (Node* found = find(key)) return *found = std::move(value);
  members().push_back({std::string(key), value.position, std::move(value)});
  return members().back().value;
}

bool Node::erase(std::string_view key) {
  return is_table() && std::erase_if(members(), [&](const Member& member) { return member.key == key; }) > 0;
}

bool Node::operator==(const Node& other) const {
  if (type() != other.type()) return false;
  if (is_table()) return same_members(members(), other);
  if (is_array()) return elements() == other.elements();
  return value_ == other.value_;
}

std::vector<std::string> split_path(std::string_view dotted) {
  std::vector<std::string> segments;
  std::size_t at = 0;
  while (at < dotted.size()) {
    const char c = dotted[at];
    if (c == '.' || c == '[' || c == ']') {
      ++at;
    } else if (c == '"' || c == '\'') {
      segments.push_back(quoted_segment(dotted, ++at, c));
    } else {
      const std::size_t end = std::min(dotted.find_first_of(".[]", at), dotted.size());
      segments.emplace_back(dotted.substr(at, end - at));
      at = end;
    }
  }
  return segments;
}

std::string join_path(std::string_view base, std::string_view key) {
  return base.empty() ? spell_key(key) : std::string(base) + "." + spell_key(key);
}

void assign_paths(Node& node, std::string path) {
  if (node.is_table()) {
    for (auto& member : node.members()) assign_paths(member.value, join_path(path, member.key));
  } else if (node.is_array()) {
    for (std::size_t i = 0; i < node.elements().size(); ++i) {
      assign_paths(node.elements()[i], path + "[" + std::to_string(i) + "]");
    }
  }
  node.path = std::move(path);
}

}  // namespace espalier::host
