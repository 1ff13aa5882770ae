#pragma once

#include <espalier/kinds.hpp>
#include <memory>
#include <string>
#include <vector>

#include "host/compose/factory.hpp"
#include "host/manifest/node.hpp"
#include "host/plugins/catalog.hpp"
#include "host/plugins/schema.hpp"

namespace espalier::conformance {

/// Where the plugin under test lies: makes objects of it, from its parameters with whatever is laid over them.
class Fixture {
 public:
  /// `parameters`: what the plugin is given, without `type`; required children that it lacks are filled with stand-ins.
  /// `golds`: gold answers of a grader's own kind.
  Fixture(host::Catalog& catalog, const host::Plugin& plugin, host::Node parameters, std::vector<std::string> golds);

  const host::Plugin& plugin() const { return plugin_; }
  std::string_view kind() const { return plugin_.descriptor->kind; }
  const host::Schema& schema() const { return schema_; }
  const std::vector<std::string>& golds() const { return golds_; }
  /// Whether the plugin has a parameter `key` that takes a child of `kind`.
  bool takes(std::string_view key, std::string_view kind) const;
  /// Required parameters that nothing was given for.
  std::vector<std::string> missing() const;

  /// What the plugin is given, with `patch` over it.
  host::Node reference(const host::Node& patch = {}) const;
  /// What is wrong with a table of parameters, as text; "" when nothing is.
  std::string faults(const host::Node& reference);

  /// Creates an object and lets go of it.
  void try_to_create() { static_cast<void>(factory_.create_plugin(reference(), kind())); }
  /// A new object of the plugin.
  template <class Interface>
  std::shared_ptr<Interface> create(const host::Node& patch = {}) {
    return factory_.create<Interface>(reference(patch));
  }
  std::shared_ptr<Backend> create_backend(const host::Node& patch = {});
  template <class Interface>
  typename Interface::Facts facts() {
    return factory_.facts_of<Interface>(reference()).value();
  }
  Backend::Facts backend_facts();

 private:
  const host::Plugin& plugin_;
  host::Schema schema_;
  host::Node parameters_;
  std::vector<std::string> golds_;
  std::shared_ptr<Backend> backend_;  ///< the last one made
  host::Factory factory_;
};

/// The plugin that stands in where a child of `kind` is wanted, as an inline table.
host::Node stand_in_for(std::string_view kind);

}  // namespace espalier::conformance
