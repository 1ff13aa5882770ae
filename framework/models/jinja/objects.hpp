#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/jinja/value.hpp"

namespace espalier::jinja {

class Interpreter;
struct CallArguments;
struct MacroDefinition;
struct Activation;

/// The greatest depth of some values, and one more for what holds them.
std::size_t depth_around(const std::vector<Value>& items);

/// A Python list, or a tuple.
struct List {
  explicit List(std::vector<Value> held, bool is_tuple = false)
      : items(std::move(held)), tuple(is_tuple), depth(depth_around(items)) {}

  std::vector<Value> items;
  bool tuple;
  std::size_t depth;
};
using ListPointer = std::shared_ptr<const List>;

/// A Python dict: keys in the order in which they came. Keys are equal as Python's are (1 is 1.0 is True).
class Mapping {
 public:
  using Entry = std::pair<Value, Value>;

  /// Sets a key. Throws TemplateError for keys that cannot be hashed.
  void set(Value key, Value value, Meter& meter);
  void set(std::string_view key, Value value);  ///< not marked
  void set(Text key, Value value);
  /// Null where the key is missing.
  const Value* find(const Value& key, Meter& meter) const;
  const Value* find(std::string_view key) const;

  const std::vector<Entry>& entries() const { return entries_; }
  std::size_t depth() const { return depth_; }

 private:
  std::size_t place(std::size_t hash, const Value& key, Meter& meter) const;
  std::size_t place(std::size_t hash, std::string_view key) const;
  void add(std::size_t hash, Value key, Value value);
  void replace(std::size_t place, Value value);

  std::vector<Entry> entries_;
  std::vector<std::size_t> hashes_;                          // of the entries
  std::unordered_multimap<std::size_t, std::size_t> index_;  // hash to entry, once there are many
  std::size_t depth_ = 1;
};

/// range(start, stop, step), which is never longer than the sandbox allows.
struct Range {
  std::int64_t start, stop, step;
  std::size_t length() const;
  std::int64_t at(std::size_t index) const;
};

/// What items(), keys() and values() of a mapping return.
struct View {
  enum class Part { items, keys, values };
  std::shared_ptr<const Mapping> mapping;
  Part part;
  /// The elements as a list.
  std::vector<Value> items() const;
};

/// What filters like `map` return: items that can be gone through once. They are computed at once all the same.
struct Iterator {
  explicit Iterator(std::vector<Value> held) : items(std::move(held)), depth(depth_around(items)) {}

  std::vector<Value> items;
  std::size_t next = 0;
  std::size_t depth;
};

/// namespace(...): the one thing that a template can change.
struct Namespace {
  Mapping attributes;
};

/// Something that can be called: a function of the interpreter, a method of a value, or a macro.
struct Function {
  using Native = Value (*)(Interpreter&, const Value& self, const CallArguments&);

  std::string name;
  Native native = nullptr;                 ///< null for a macro
  Value self;                              ///< of a method
  const MacroDefinition* macro = nullptr;  ///< lives as long as the template
  std::shared_ptr<Activation> outer;       ///< where a macro finds the names around it
};

/// The variable `loop` of one run through a list. Items are drawn when they are asked for: the filter of a loop sees
/// what its body has changed so far.
struct Loop {
  std::function<std::optional<Value>()> draw;
  std::function<Value(const Value&)> recurse;  ///< empty where the loop is not marked recursive
  std::optional<std::size_t> known_length;     ///< where there is no filter
  std::size_t depth0 = 0, value_depth = 1;
  std::int64_t index0 = -1;
  std::vector<Value> ahead;  ///< drawn but not yet reached
  std::size_t ahead_next = 0;
  std::optional<Value> previous, current;
  std::optional<std::vector<Value>> changed;  ///< the arguments of the last call of loop.changed

  /// Goes to the next item; nothing at the end.
  std::optional<Value> advance();
  /// The item after the current one, which stays the next.
  const Value* peek();
  std::size_t length();
};

/// The hash of a key, equal for equal keys. Throws TemplateError for what Python cannot hash.
std::size_t hash_of(const Value& key, Meter& meter);
std::size_t hash_of(std::string_view key);

}  // namespace espalier::jinja
