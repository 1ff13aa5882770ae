#pragma once

#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/json.hpp"

namespace espalier::base {

/// Builds a value from the events of nlohmann's parser, within bounds. An event that may not be is answered with false,
/// and `fault` says why.
template <class Value>
class JsonBuilder {
 public:
  explicit JsonBuilder(JsonNumbers numbers = JsonNumbers::values) : numbers_(numbers) {}

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(std::int64_t value) { return add(value); }
  bool number_unsigned(std::uint64_t value) { return add(value); }
  bool number_float(double value, const std::string& text) {
    return numbers_ == JsonNumbers::values ? add(value) : add(text);
  }
  bool string(std::string& value) { return add(std::move(value)); }
  bool start_object() { return open(Value::object()); }
  bool start_array() { return open(Value::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    Level& level = open_.back();
    auto& members = level.value->template get_ref<typename Value::object_t&>();
    if constexpr (std::is_same_v<Value, OrderedJson>) {
      if (!is_new(level, members, name)) return refuse_twice(name);
      slot_ = &members.emplace_back(std::move(name), nullptr).second;
    } else {
      const auto [place, fresh] = members.try_emplace(name);
      if (!fresh) return refuse_twice(name);
      slot_ = &place->second;
    }
    return true;
  }

  /// Whether the value is whole.
  bool complete() const { return begun_ && open_.empty(); }
  /// Hands it out, and is ready for another.
  Value take() {
    begun_ = false;
    return std::move(root_);
  }

  /// Takes the member or element read last out of the object or array that is open, which holds no other; its name is
  /// "" for an element.
  std::pair<std::string, Value> take_last() {
    Value& container = *open_.back().value;
    if (container.is_array()) {
      auto& elements = container.template get_ref<typename Value::array_t&>();
      std::pair<std::string, Value> taken{"", std::move(elements.back())};
      elements.pop_back();
      return taken;
    }
    auto& members = container.template get_ref<typename Value::object_t&>();
    auto node = members.extract(members.begin());
    return {std::move(node.key()), std::move(node.mapped())};
  }

  std::string fault;

 private:
  struct Level {
    Value* value;
    std::unordered_set<std::string> names;  ///< of an ordered object with many members
  };

  bool add(Value value) {
    put(std::move(value));
    return true;
  }

  Value* put(Value value) {
    if (open_.empty()) {
      begun_ = true;
      root_ = std::move(value);
      return &root_;
    }
    Value* const parent = open_.back().value;
    if (parent->is_array()) {
      auto& elements = parent->template get_ref<typename Value::array_t&>();
      return &elements.emplace_back(std::move(value));
    }
    *slot_ = std::move(value);
    return slot_;
  }

  bool open(Value empty) {
    if (open_.size() == kMostJsonDepth) {
      fault = "is nested too deeply: more than " + std::to_string(kMostJsonDepth) + " levels are not read";
      return false;
    }
    open_.push_back({put(std::move(empty)), {}});
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  bool refuse_twice(const std::string& name) {
    fault = "has the key \"" + name.substr(0, 100) + "\" twice in one object";
    return false;
  }

  template <class Members>
  static bool is_new(Level& level, const Members& members, const std::string& name) {
    constexpr std::size_t few = 16;
    if (members.size() < few) {
      for (const auto& [known, value] : members) {
        if (known == name) return false;
      }
      return true;
    }
    if (level.names.empty()) {
      for (const auto& [known, value] : members) level.names.insert(known);
    }
    return level.names.insert(name).second;
  }

  JsonNumbers numbers_;
  Value root_;
  bool begun_ = false;
  std::vector<Level> open_;
  Value* slot_ = nullptr;  ///< of the key read last
};

}  // namespace espalier::base
