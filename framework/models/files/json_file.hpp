#pragma once

#include <espalier/bad_input.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/json_value.hpp"

namespace espalier::models {

/// A checkpoint that cannot be used; the sentence names the file and, where there is one, the key.
class CheckpointError : public BadInput {
 public:
  using BadInput::BadInput;
};

/// A parsed JSON file that knows its path, so that every complaint about a key can name both.
class JsonFile {
 public:
  using Json = base::Json;

  /// Reads and parses `path`, a file of at most 64 MiB. Throws CheckpointError if it cannot be read or is not JSON.
  explicit JsonFile(std::filesystem::path path);
  JsonFile(std::filesystem::path path, Json root) : path_(std::move(path)), root_(std::move(root)) {}

  const std::filesystem::path& path() const { return path_; }
  const Json& root() const { return root_; }
  bool has(std::string_view key) const;

  /// Returns the value of `key`. Throws CheckpointError if it is absent or of another type.
  template <class T>
  T require(std::string_view key) const {
    if (!has(key)) fail(key, "is missing");
    return convert<T>(key, root_.at(std::string(key)));
  }

  /// Returns the value of `key`, or `fallback` where it is absent or null. Throws CheckpointError on another type.
  template <class T>
  T get(std::string_view key, T fallback) const {
    return has(key) ? convert<T>(key, root_.at(std::string(key))) : fallback;
  }

  /// Throws a CheckpointError that says "<file>: `<key>` <what>".
  [[noreturn]] void fail(std::string_view key, std::string_view what) const;
  /// A value as messages show it: cut after 80 characters.
  static std::string spelled(const Json& value);

 private:
  template <class T>
  T convert(std::string_view key, const Json& value) const {
    if (auto converted = base::as<T>(value)) return *std::move(converted);
    fail(key, "has the wrong type: " + spelled(value));
  }

  std::filesystem::path path_;
  Json root_;
};

/// Writes `json` to `path` through a temporary file and a rename, so that readers never see half a file.
/// Throws CheckpointError if the folder cannot be written.
void write_json(const std::filesystem::path& path, const base::OrderedJson& json);

/// Returns the whole content of `path`, at most 64 MiB. Throws CheckpointError if it cannot be read.
std::string read_text(const std::filesystem::path& path);

/// Reads `text` as JSON; `name` stands in messages. Throws CheckpointError.
JsonFile::Json parse_json(std::string_view text, const std::string& name);

/// Writes `text` to `path` through a temporary file and a rename. Throws CheckpointError if it cannot.
void write_text(const std::filesystem::path& path, std::string_view text);

}  // namespace espalier::models
