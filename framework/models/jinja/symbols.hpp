#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/jinja/meter.hpp"
#include "models/jinja/syntax.hpp"

namespace espalier::jinja {

/// The slots of one function while names are resolved: a name has one for every level of scopes.
struct FunctionSlots {
  const FunctionSlots* outer = nullptr;
  std::map<std::pair<std::size_t, std::string>, std::size_t> slots;

  std::size_t slot(std::size_t level, const std::string& name) {
    return slots.try_emplace({level, name}, slots.size()).first->second;
  }
};

/// What is known of the names in one scope of a template; what jinja2 calls by the same name, with the same rules.
class Symbols {
 public:
  struct Place {
    const FunctionSlots* function;
    std::size_t slot;
  };
  struct Source {
    Load::From from;
    std::string variable;
    Place outer;
  };

  Symbols(FunctionSlots& function, const Symbols* parent)
      : function_(&function), parent_(parent), level_(parent ? parent->level_ + 1 : 0) {}

  /// A name is read.
  void load(const std::string& name);
  /// A name is assigned to.
  void store(const std::string& name);
  /// A name has a value from the start of the scope. Returns its slot.
  std::size_t declare(const std::string& name);
  /// What the branches of a condition, which began as copies of this, have added.
  void merge(const std::vector<Symbols>& branches, Meter& meter);

  std::optional<Place> find(const std::string& name) const;
  const std::map<std::size_t, Source>& sources() const { return sources_; }
  FunctionSlots& function() const { return *function_; }
  /// What a copy costs.
  std::size_t size() const { return places_.size() + sources_.size() + stores_.size(); }

 private:
  std::size_t define(const std::string& name, Source source);

  FunctionSlots* function_;
  const Symbols* parent_;
  std::size_t level_;
  std::map<std::string, Place> places_;
  std::map<std::size_t, Source> sources_;  // by slot
  std::set<std::string> stores_;
};

}  // namespace espalier::jinja
