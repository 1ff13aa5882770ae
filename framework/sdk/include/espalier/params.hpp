#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <espalier/param_source.hpp>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace espalier {
namespace detail {

template <class T>
concept Arithmetic = std::is_arithmetic_v<T>;
template <class T>
concept Enumeration = std::is_enum_v<T>;
template <class T>
concept NoEnumeration = !std::is_enum_v<T>;

}  // namespace detail

/// One admissible spelling of an enumerator in a manifest.
template <class E>
struct Choice {
  std::string_view name;
  E value;
};

/// A value under a name chosen by the user of a manifest; `name` is "0", "1", ... for arrays.
template <class T>
struct Named {
  std::string name;
  T value;
};

/// Returns inclusive bounds for a numeric parameter.
template <detail::Arithmetic Low, detail::Arithmetic High>
constexpr Bounds between(Low low, High high) {
  return {static_cast<double>(low), static_cast<double>(high)};
}

/// Base of every parameter struct: each member initialiser both declares a parameter and reads it.
///
///     struct Params : espalier::Params {
///       using espalier::Params::Params;
///       int simulations = field("simulations", 40, "Rollouts per problem.", between(1, 100'000));
///     };
///
/// The struct is built several times: by a recorder (help pages), dry (checking a whole manifest; every error is
/// collected with its position) and for real. Initialisers run in order, so a default may use an earlier member. They
/// must be pure: no files, no devices, no calls on children, which are null except when a plugin is really created.
/// An optional member `void validate()` is called after all members are read and may `reject` what no single bound can
/// say.
class Params {
 public:
  explicit Params(ParamSource& from) : from_(&from) {}
  /// A copy is plain data: it no longer reads from anywhere.
  Params(const Params&) noexcept {}
  Params& operator=(const Params&) noexcept { return *this; }
  ~Params() = default;

 protected:
  /// Reads an optional scalar or list of scalars: bool, integers, double, std::string, std::filesystem::path or vectors
  /// of them.
  template <detail::NoEnumeration T>
  T field(std::string_view key, T fallback, std::string_view help, std::optional<Bounds> bounds = {}) {
    return read(key, std::optional<T>(std::move(fallback)), help, {.bounds = bounds}).value();
  }
  std::string field(std::string_view key, const char* fallback, std::string_view help) {
    return field(key, std::string(fallback), help);
  }
  /// Reads an enumerator by its name.
  template <detail::Enumeration E>
  E field(std::string_view key, E fallback, std::string_view help, std::initializer_list<Choice<E>> choices) {
    FieldInfo info = describe(key, ParamType::text, help);
    for (const auto& choice : choices) {
      info.choices.emplace_back(choice.name);
      if (choice.value == fallback) info.fallback = quote(choice.name);
    }
    from_->declare(info);
    if (const auto text = from_->text(key)) {
      for (const auto& choice : choices) {
        if (choice.name == *text) return choice.value;
      }
    }
    return fallback;
  }
  /// Reads one of some names, where these are no enumeration.
  std::string one_of(std::string_view key, std::string_view fallback, std::string_view help,
                     const std::vector<std::string>& names) {
    FieldInfo info = describe(key, ParamType::text, help);
    info.choices = names;
    info.fallback = quote(fallback);
    from_->declare(info);
    auto text = from_->text(key);
    return text && std::find(names.begin(), names.end(), *text) != names.end() ? *std::move(text)
                                                                               : std::string(fallback);
  }
  /// Like `field`, for what cannot change any result (device, threads, batch limits): it never enters a hash, and a
  /// value in the manifest's [engine] table serves every plugin that declares the same key and does not set it itself.
  template <class T>
  T setting(std::string_view key, T fallback, std::string_view help, std::optional<Bounds> bounds = {}) {
    return read(key, std::optional<T>(std::move(fallback)), help, {.bounds = bounds, .ambient = true}).value();
  }
  std::string setting(std::string_view key, const char* fallback, std::string_view help) {
    return setting(key, std::string(fallback), help);
  }
  /// Reads a parameter that has no default; absent is an error (and gives T{} in the dry pass).
  template <class T>
  T required(std::string_view key, std::string_view help, std::optional<Bounds> bounds = {}) {
    return read(key, std::optional<T>{}, help, {.bounds = bounds, .required = true}).value_or(T{});
  }
  /// Reads a parameter that may be absent.
  template <class T>
  std::optional<T> maybe(std::string_view key, std::string_view help, std::optional<Bounds> bounds = {}) {
    return read(key, std::optional<T>{}, help, {.bounds = bounds});
  }
  /// Reads the path of a file or folder that determines results: its content enters hashes. Relative paths are meant
  /// from the manifest file that names them. A missing file is a warning in a check and an error in a run.
  std::filesystem::path file(std::string_view key, std::string_view help) {
    FieldInfo info = describe(key, ParamType::file, help);
    info.required = true;
    from_->declare(info);
    return from_->file(key).value_or(std::filesystem::path{});
  }
  std::optional<std::filesystem::path> maybe_file(std::string_view key, std::string_view help) {
    from_->declare(describe(key, ParamType::file, help));
    return from_->file(key);
  }
  /// Reads a table of names to strings, in file order.
  std::vector<Named<std::string>> dictionary(std::string_view key, std::string_view help) {
    from_->declare(describe(key, ParamType::dictionary, help));
    std::vector<Named<std::string>> entries;
    for (auto& [name, text] : from_->dictionary(key)) entries.push_back({std::move(name), std::move(text)});
    return entries;
  }
  /// Reads a nested table of parameters; an absent table reads as an empty one.
  template <std::derived_from<Params> P>
  P table(std::string_view key, std::string_view help) {
    from_->declare(describe(key, ParamType::table, help));
    return build<P>(from_->table(key));
  }
  /// Reads a nested table of prices. Results depend on them, as budgets and costs do, but nothing that a model says:
  /// the calls stored of it stay its own when they change.
  template <std::derived_from<Params> P>
  P tariff(std::string_view key, std::string_view help) {
    FieldInfo info = describe(key, ParamType::table, help);
    info.tariff = true;
    from_->declare(info);
    return build<P>(from_->table(key));
  }
  /// Reads a table of any shape that is passed on to somebody else, as a JSON object; "{}" where it is absent.
  std::string free_table(std::string_view key, std::string_view help) {
    from_->declare(describe(key, ParamType::free_table, help));
    return from_->free_table(key).value_or("{}");
  }
  /// Reads tables under names chosen by the user, or an array of tables, in file order.
  template <std::derived_from<Params> P>
  std::vector<Named<P>> tables(std::string_view key, std::string_view help) {
    from_->declare(describe(key, ParamType::tables, help));
    std::vector<Named<P>> built;
    for (auto& [name, source] : from_->tables(key)) built.push_back({name, build<P>(*source)});
    return built;
  }
  /// Reads a child plugin: an inline table with its own `type`, or the name of a shared object. Never null in a created
  /// plugin; null in recording and dry passes. `fallback_type` is the type taken when the key is absent ("": required).
  template <class Interface>
  std::shared_ptr<Interface> plugin(std::string_view key, std::string_view help, std::string_view fallback_type = "") {
    FieldInfo info = describe(key, ParamType::plugin, help);
    info.kind = Interface::kind;
    info.required = fallback_type.empty();
    if (!info.required) info.fallback = "{ type = " + quote(fallback_type) + " }";
    info.fallback_type = fallback_type;
    from_->declare(info);
    return std::static_pointer_cast<Interface>(from_->child(key));
  }
  /// Reads a child plugin that may be absent (null).
  template <class Interface>
  std::shared_ptr<Interface> maybe_plugin(std::string_view key, std::string_view help) {
    FieldInfo info = describe(key, ParamType::plugin, help);
    info.kind = Interface::kind;
    from_->declare(info);
    return std::static_pointer_cast<Interface>(from_->child(key));
  }
  /// Reads child plugins under names chosen by the user, or an array of them, in file order.
  template <class Interface>
  std::vector<Named<std::shared_ptr<Interface>>> plugins(std::string_view key, std::string_view help) {
    FieldInfo info = describe(key, ParamType::plugins, help);
    info.kind = Interface::kind;
    from_->declare(info);
    std::vector<Named<std::shared_ptr<Interface>>> built;
    for (auto& [name, child] : from_->children(key)) {
      built.push_back({std::move(name), std::static_pointer_cast<Interface>(std::move(child))});
    }
    return built;
  }
  /// Reports that the value at `key_path` ("edges[3].when", "nodes.solver") cannot be: collected with its position,
  /// never thrown. For `validate()` only.
  void reject(std::string_view key_path, std::string why) const { from_->reject(key_path, std::move(why)); }

 private:
  struct Traits {
    std::optional<Bounds> bounds = {};
    bool required = false;
    bool ambient = false;
  };

  static FieldInfo describe(std::string_view key, ParamType type, std::string_view help) {
    FieldInfo info;
    info.key = key;
    info.type = type;
    info.help = help;
    return info;
  }

  template <class P>
  static P build(ParamSource& source) {
    P built(source);
    if constexpr (requires { built.validate(); }) built.validate();
    return built;
  }

  template <class T>
  std::optional<T> read(std::string_view key, std::optional<T> fallback, std::string_view help, Traits traits) {
    FieldInfo info = describe(key, param_type<T>(), help);
    info.bounds = traits.bounds;
    info.required = traits.required;
    info.ambient = traits.ambient;
    if (fallback) info.fallback = spell(*fallback);
    from_->declare(info);
    if (auto found = find<T>(key)) return found;
    return fallback;
  }

  template <class T>
  static constexpr ParamType param_type() {
    if constexpr (std::is_same_v<T, bool>)
      return ParamType::boolean;
    else if constexpr (std::is_integral_v<T>)
      return ParamType::integer;
    else if constexpr (std::is_floating_point_v<T>)
      return ParamType::real;
    else if constexpr (std::is_same_v<T, std::string>)
      return ParamType::text;
    else if constexpr (std::is_same_v<T, std::vector<std::string>>)
      return ParamType::texts;
    else if constexpr (std::is_same_v<T, std::vector<int>>)
      return ParamType::integers;
    else if constexpr (std::is_same_v<T, std::vector<double>>)
      return ParamType::reals;
    else
      static_assert(sizeof(T) == 0,
                    "a parameter is a bool, integer, double, string, or a vector of int, double or string");
  }

  template <class T>
  std::optional<T> find(std::string_view key) {
    if constexpr (std::is_same_v<T, bool>) {
      return from_->boolean(key);
    } else if constexpr (std::is_integral_v<T>) {
      const auto wide = from_->integer(key);
      if (!wide) return std::nullopt;
      return narrowed<T>(key, *wide);
    } else if constexpr (std::is_floating_point_v<T>) {
      const auto wide = from_->real(key);
      if (!wide) return std::nullopt;
      return static_cast<T>(*wide);
    } else if constexpr (std::is_same_v<T, std::string>) {
      return from_->text(key);
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
      return from_->texts(key);
    } else if constexpr (std::is_same_v<T, std::vector<double>>) {
      return from_->reals(key);
    } else {
      const auto wide = from_->integers(key);
      if (!wide) return std::nullopt;
      T values;
      for (const std::int64_t value : *wide) {
        const auto narrow = narrowed<typename T::value_type>(key, value);
        if (!narrow) return std::nullopt;
        values.push_back(*narrow);
      }
      return values;
    }
  }

  /// An integer beyond what the parameter's type holds is the user's mistake, whatever the bounds say.
  template <class T>
  std::optional<T> narrowed(std::string_view key, std::int64_t wide) {
    if (std::in_range<T>(wide)) return static_cast<T>(wide);
    from_->reject(key, "must be in [" + std::to_string(std::numeric_limits<T>::min()) + ", " +
                           std::to_string(std::numeric_limits<T>::max()) + "], got " + std::to_string(wide));
    return std::nullopt;
  }

  ParamSource* from_ = nullptr;
};

}  // namespace espalier
