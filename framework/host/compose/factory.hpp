#pragma once

#include <any>
#include <concepts>
#include <espalier/params.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/compose/object_pool.hpp"
#include "host/manifest/diagnostics.hpp"
#include "host/manifest/node.hpp"
#include "host/plugins/catalog.hpp"

namespace espalier::host {

/// Where the determining part of a plugin has the hash of its library: no parameter can have this name.
inline constexpr std::string_view kBuildKey = "(build)";

/// What a table turned out to say.
struct Resolution {
  Node effective;    ///< with every default filled in, so that a run can be repeated from its record
  Node determining;  ///< what results depend on: no ambient settings, names replaced by what they stand for, files by
                     ///< their content, plugins with their build ids
  std::vector<std::string> stages;   ///< the stages whose products it uses, each once
  std::vector<std::string> tariffs;  ///< keys of the determining part that change what is charged alone

  /// 32 hexadecimal digits (XXH3, 128 bits) of the determining part. Meaningful when made by `identify` or `build`.
  std::string hash() const;
};

template <class P>
struct Composed {
  P params;
  Resolution resolution;
};

/// One reading of a manifest without creating anything.
struct DryPass {
  Diagnostics diagnostics;
  bool for_run = false;  ///< missing files are errors and contents are hashed; else they are warnings and are not
};

class Factory;

/// How stages of one kind are read from a manifest. `table` is the stage as whole_tables leaves it, without `do`.
struct StageRules {
  std::string name;                   ///< the manifest's `do`
  std::vector<std::string> defaults;  ///< keys of the root that are defaults of such a stage: "topology", "budget", ...
  std::string arms = {};              ///< the key of tables that are patches on the stage; "": it has none
  /// Reads the stage dry (Factory::check) and looks for impossible combinations.
  std::function<Resolution(Factory&, const Node& table, DryPass&)> check;
  /// The kind of object it produces ("value_models", ...; "": none); must bear any table. May be empty: none.
  std::function<std::string_view(const Node& table)> product = {};
};

/// An object that a plugin has just created.
struct Created {
  Factory& factory;
  std::string_view kind;
  const Node& table;             ///< that it was created from
  std::shared_ptr<void> object;  ///< points to the interface of `kind`, or to a Backend
  std::string identity;          ///< the hash of all that determines what it says
};

/// What the program adds to composition.
struct FactoryHooks {
  /// Turns what a plugin created into what holders see: a Backend (kind "language_models") into a LanguageModel.
  std::function<std::shared_ptr<void>(Created)> adapt = {};
  /// The product of a finished stage as an object of `kind`, pointing to its interface. For kind "stages" whatever the
  /// parameter's interface is.
  std::function<std::shared_ptr<void>(const std::string& stage, std::string_view kind)> product = {};
  /// Told before the code of a plugin ("searches/mcts") runs to create an object, its children's within its own; what
  /// it returns is let go of afterwards.
  std::function<std::shared_ptr<void>(std::string_view plugin)> creating = {};
};

/// The kind of a parameter that names a stage: an interface with `kind = kStageReference` can be asked for with
/// `plugin<...>(key, help)`, takes only a stage's name, and makes that stage an input.
inline constexpr std::string_view kStageReference = "stages";

/// Turns tables of a manifest into parameter structs, dry or with real plugins behind them.
///
/// Children are inline tables with a `type`, or names of shared objects of the root's sections ([models.*], [values.*],
/// ...), or names of stages that produce what is asked for. Not thread-safe; plugin constructors run on the calling
/// thread.
class Factory {
 public:
  /// `root`: a manifest at one sweep point, of whole tables (whole_tables). `catalog` must outlive the factory.
  Factory(Node root, Catalog& catalog, std::vector<StageRules> stage_rules = {}, FactoryHooks hooks = {},
          std::shared_ptr<ObjectPool> pool = nullptr);
  ~Factory();
  Factory(const Factory&) = delete;
  Factory& operator=(const Factory&) = delete;

  const Node& root() const { return root_; }
  Catalog& catalog() const { return catalog_; }

  /// Names of the manifest's stages, in file order.
  std::vector<std::string> stage_names() const;
  /// A stage's table without `do`.
  Node stage(std::string_view name) const;
  /// The rules of its kind, or null when that is unknown.
  const StageRules* stage_rules(std::string_view name) const;
  /// Reads a stage through its kind; what is wrong is in `pass`. Read once for all who ask.
  Resolution check_stage(const std::string& name, DryPass& pass);
  /// What a stage resolves to, for a run. Throws ManifestError.
  Resolution stage_resolution(const std::string& name);

  /// Reads a table as P without creating anything: children are null, what is wrong is in `pass`.
  template <std::derived_from<Params> P>
  Composed<P> check(const Node& table, DryPass& pass) {
    const auto source = dry_source(table, pass);
    P params = read_params<P>(source_of(*source));
    return {std::move(params), finish(*source)};
  }
  /// Resolves a table for a run, contents of files included. Throws ManifestError.
  template <std::derived_from<Params> P>
  Resolution identify(const Node& table) {
    DryPass pass{.diagnostics = {}, .for_run = true};
    auto checked = check<P>(table, pass);
    if (pass.diagnostics.failed()) throw ManifestError(std::move(pass.diagnostics));
    return std::move(checked.resolution);
  }
  /// Reads a table as P with its children created. Throws ManifestError, also for BadInput from a plugin's constructor,
  /// or PluginError when that throws anything else.
  template <std::derived_from<Params> P>
  Composed<P> build(const Node& table) {
    Resolution resolution = identify<P>(table);
    const auto source = real_source(table);
    P params = read_params<P>(source_of(*source));
    static_cast<void>(finish(*source));
    return {std::move(params), std::move(resolution)};
  }

  /// Checks one plugin: an inline table with `type`, or the name of a shared object or stage product.
  Resolution check_plugin(const Node& reference, std::string_view kind, DryPass& pass);
  /// Creates it (or takes the shared one): a pointer to the interface of `kind`. Throws like `build`.
  std::shared_ptr<void> create_plugin(const Node& reference, std::string_view kind);
  template <class Interface>
  std::shared_ptr<Interface> create(const Node& reference) {
    return std::static_pointer_cast<Interface>(create_plugin(reference, Interface::kind));
  }
  /// What a plugin says of itself before it exists, as std::any of its Interface::Facts (Backend::Facts for language
  /// models); empty when the table is faulty or the object is a stage's product.
  std::any facts(const Node& reference, std::string_view kind);
  template <class Interface>
  std::optional<typename Interface::Facts> facts_of(const Node& reference) {
    std::any found = facts(reference, Interface::kind);
    if (const auto* typed = std::any_cast<typename Interface::Facts>(&found)) return *typed;
    return std::nullopt;
  }

  /// Keys of [engine] that some parameter declared as a setting so far.
  const std::vector<std::string>& settings() const;

 private:
  class TableSource;
  class Composer;

  template <class P>
  static P read_params(ParamSource& source) {
    P params(source);
    if constexpr (requires { params.validate(); }) params.validate();
    return params;
  }
  std::shared_ptr<TableSource> dry_source(const Node& table, DryPass& pass);
  std::shared_ptr<TableSource> real_source(const Node& table);
  static ParamSource& source_of(TableSource& source);
  static Resolution finish(TableSource& source);

  Node root_;
  Catalog& catalog_;
  std::unique_ptr<Composer> composer_;
};

}  // namespace espalier::host
