#pragma once

#include <any>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/compose/factory.hpp"
#include "host/compose/node_source.hpp"
#include "host/compose/object_pool.hpp"

namespace espalier::host {

/// Finds out what children of tables are: plugins in place, shared objects by name, products of stages. Every shared
/// object and every stage is read once per strictness; what was wrong with it is told to everybody who refers to it.
class Factory::Composer {
 public:
  Composer(Factory& factory, std::vector<StageRules> stage_rules, FactoryHooks hooks, std::shared_ptr<ObjectPool> pool);

  /// What all lookups of one pass over the manifest share; `create` makes objects, else they stay null.
  Lookup lookup(Diagnostics& diagnostics, bool for_run, bool create);
  Child resolve(const Node& reference, std::string_view kind, Lookup& lookup, bool create);
  Resolution check_stage(const std::string& name, Lookup& lookup);
  std::any facts(const Node& reference, std::string_view kind);

  const StageRules* stage_rules(std::string_view name) const;
  const std::vector<std::string>& settings() const { return settings_; }

 private:
  struct Known {
    Resolution resolution;
    Diagnostics diagnostics;
  };
  using KnownKey = std::pair<std::string, bool>;

  Child plugin(const Node& table, std::string_view kind, Lookup& lookup, bool create);
  const Plugin* open(const Node& table, std::string_view kind, Lookup& lookup);
  void describe(const Plugin& plugin, const Node& table, NodeSource& source, Lookup& lookup);
  void check_facts(const Node& table, std::string_view kind, Lookup& lookup);
  std::shared_ptr<void> make(const Plugin& plugin, const Node& table, NodeSource& source);
  std::shared_ptr<void> adapted(std::string_view kind, const Node& table, std::shared_ptr<void> object,
                                const Node& determining);

  Child named(const Node& reference, std::string_view kind, Lookup& lookup, bool create);
  Child shared(const Node& reference, const Kind& kind, const Node& table, Lookup& lookup, bool create);
  Child product(const Node& reference, std::string_view kind, Lookup& lookup, bool create);
  std::string_view product_kind(const std::string& stage) const;
  std::string unknown_name(const std::string& name, std::string_view kind) const;
  std::string circle(const std::string& name) const;
  template <class Read>
  const Known& known(const std::string& name, bool for_run, Read read);

  const Node* shared_table(std::string_view section, std::string_view name) const;

  Factory& factory_;
  std::vector<StageRules> stage_rules_;
  FactoryHooks hooks_;
  std::shared_ptr<ObjectPool> pool_;
  std::map<KnownKey, Known> known_;
  std::vector<std::string> open_names_;  ///< shared objects and stages being read, outermost first
  std::vector<std::string> settings_;
  bool asking_ = false;  ///< for the facts of a plugin
};

}  // namespace espalier::host
