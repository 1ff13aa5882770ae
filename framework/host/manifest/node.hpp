#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "host/manifest/position.hpp"

namespace espalier::host {

/// One value of a manifest: a table that keeps the order of its file, an array or a scalar. It remembers where it
/// stands
/// (`position`) and under which dotted path it was written (`path`), also after it was merged into another table.
class Node {
 public:
  enum class Type { table, array, text, integer, real, boolean };
  struct Member;

  /// An empty table.
  Node();
  explicit Node(std::string text);
  explicit Node(std::string_view text) : Node(std::string(text)) {}
  explicit Node(const char* text) : Node(std::string(text)) {}
  explicit Node(std::int64_t integer);
  explicit Node(int integer) : Node(std::int64_t{integer}) {}
  explicit Node(double real);
  explicit Node(bool boolean);
  Node(const Node&);
  Node(Node&&) noexcept;
  Node& operator=(const Node&);
  Node& operator=(Node&&) noexcept;
  ~Node();
  static Node array(std::vector<Node> elements = {});

  Type type() const { return static_cast<Type>(value_.index()); }
  /// "a table", "an array", "a string", "an integer", "a number", "a boolean".
  std::string_view type_name() const;
  bool is_table() const { return type() == Type::table; }
  bool is_array() const { return type() == Type::array; }
  bool is_text() const { return type() == Type::text; }

  // Content. Each requires its type; a wrong one throws std::bad_variant_access.
  const std::vector<Member>& members() const { return std::get<std::vector<Member>>(value_); }
  std::vector<Member>& members() { return std::get<std::vector<Member>>(value_); }
  const std::vector<Node>& elements() const { return std::get<std::vector<Node>>(value_); }
  std::vector<Node>& elements() { return std::get<std::vector<Node>>(value_); }
  const std::string& text() const { return std::get<std::string>(value_); }
  std::int64_t integer() const { return std::get<std::int64_t>(value_); }
  double real() const { return std::get<double>(value_); }
  bool boolean() const { return std::get<bool>(value_); }

  /// The value of a key, or null; also null when this is no table.
  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);
  /// Follows keys and array indices ("a.b[3].c", quoted keys as in TOML); null when something is missing on the way.
  const Node* at(std::string_view dotted) const;
  /// The text under a key, or `fallback` when there is none or it is no text.
  std::string_view text_or(std::string_view key, std::string_view fallback) const;
  /// Puts `value` under `key`: in place of the one that is there, else at the end. Returns it. Requires a table.
  Node& set(std::string_view key, Node value);
  /// Takes a key out and reports whether it was there.
  bool erase(std::string_view key);

  /// Equal content; positions and paths do not count. The order of keys does not count either.
  bool operator==(const Node& other) const;

  Position position;
  std::string path;
  /// Whether an include of this table failed, or a value could not be read: what follows is not the user's second
  /// mistake.
  bool incomplete = false;

 private:
  std::variant<std::vector<Member>, std::vector<Node>, std::string, std::int64_t, double, bool> value_;
};

struct Node::Member {
  std::string key;
  Position position;  ///< of the key
  Node value;

  bool operator==(const Member& other) const { return key == other.key && value == other.value; }
};

// Here, where a member is whole: a node holds members, and a member a node.
inline Node::Node() : value_(std::vector<Member>{}) {}
inline Node::Node(std::string text) : value_(std::move(text)) {}
inline Node::Node(std::int64_t integer) : value_(integer) {}
inline Node::Node(double real) : value_(real) {}
inline Node::Node(bool boolean) : value_(boolean) {}
inline Node::Node(const Node&) = default;
inline Node::Node(Node&&) noexcept = default;
inline Node& Node::operator=(const Node&) = default;
inline Node& Node::operator=(Node&&) noexcept = default;
inline Node::~Node() = default;

/// Splits "a.\"b c\"[3].d" into "a", "b c", "3", "d".
std::vector<std::string> split_path(std::string_view dotted);
/// Spells a key as TOML does: bare where it can be, else quoted.
std::string spell_key(std::string_view key);
/// "base.key", with the key quoted where it must be; "key" when base is empty.
std::string join_path(std::string_view base, std::string_view key);

/// Sets `path` of a node and of everything in it.
void assign_paths(Node& node, std::string path = "");

/// Writes a table as a TOML document that a person may read and edit: [sections] down to the second level, inline
/// tables below.
std::string to_toml(const Node& table);
/// Writes any node on one line with keys sorted, such that equal content gives equal text: what is hashed.
std::string canonical_text(const Node& node);

}  // namespace espalier::host
