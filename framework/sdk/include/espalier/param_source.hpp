#pragma once

#include <cstdint>
#include <espalier/export.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace espalier {

/// Inclusive limits of a number (of every element, for lists).
struct Bounds {
  double low;
  double high;
};

enum class ParamType {
  boolean,
  integer,
  real,
  text,
  integers,
  reals,
  texts,
  file,
  dictionary,
  free_table,
  table,
  tables,
  plugin,
  plugins
};

/// What is known of one parameter before any manifest is read.
struct FieldInfo {
  std::string key;
  ParamType type = ParamType::text;
  std::string help;
  std::string fallback;  ///< the default as TOML; empty: none
  std::optional<Bounds> bounds;
  std::vector<std::string> choices;  ///< admissible texts; empty: any
  std::string kind;                  ///< of child plugins
  std::string fallback_type;         ///< of a child plugin when the key is absent
  bool required = false;
  bool ambient = false;  ///< cannot change results: never hashed
  bool tariff = false;   ///< changes what is charged, and nothing that a model says: no part of its identity
};

/// Where a Params object reads from: a manifest table (dry or for real) or a recorder that only listens. Implemented by
/// the host. `declare` always precedes the read of a key; a reader finding a value of the wrong type, out of bounds or
/// not among the choices collects the error and answers as if the key were absent.
class ESPALIER_API ParamSource {
 public:
  virtual ~ParamSource();

  virtual void declare(const FieldInfo& info) = 0;

  virtual std::optional<bool> boolean(std::string_view key) = 0;
  virtual std::optional<std::int64_t> integer(std::string_view key) = 0;
  virtual std::optional<double> real(std::string_view key) = 0;
  virtual std::optional<std::string> text(std::string_view key) = 0;
  virtual std::optional<std::vector<std::int64_t>> integers(std::string_view key) = 0;
  virtual std::optional<std::vector<double>> reals(std::string_view key) = 0;
  virtual std::optional<std::vector<std::string>> texts(std::string_view key) = 0;
  virtual std::optional<std::filesystem::path> file(std::string_view key) = 0;
  virtual std::vector<std::pair<std::string, std::string>> dictionary(std::string_view key) = 0;

  /// A table of any shape as a JSON object.
  virtual std::optional<std::string> free_table(std::string_view key) = 0;

  /// Returns a source for the nested table; valid as long as this source.
  virtual ParamSource& table(std::string_view key) = 0;
  virtual std::vector<std::pair<std::string, ParamSource*>> tables(std::string_view key) = 0;
  /// Returns the child as a pointer to its interface, null when absent or when nothing is being created.
  virtual std::shared_ptr<void> child(std::string_view key) = 0;
  virtual std::vector<std::pair<std::string, std::shared_ptr<void>>> children(std::string_view key) = 0;

  virtual void reject(std::string_view key_path, std::string why) = 0;
};

/// Spells values as TOML, for defaults in help pages and effective manifests.
ESPALIER_API std::string quote(std::string_view text);
ESPALIER_API std::string spell(bool value);
ESPALIER_API std::string spell(std::int64_t value);
ESPALIER_API std::string spell(double value);
ESPALIER_API std::string spell(const std::string& value);
ESPALIER_API std::string spell(const std::vector<std::string>& values);
ESPALIER_API std::string spell(const std::vector<int>& values);
ESPALIER_API std::string spell(const std::vector<double>& values);
inline std::string spell(int value) { return spell(static_cast<std::int64_t>(value)); }

}  // namespace espalier
