#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace espalier::neural {

/// A checkpoint that cannot be used; the sentence names the file and, where there is one, the key.
class CheckpointError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A parsed JSON file that knows its path, so that every complaint about a key can name both.
class JsonFile {
 public:
  using Json = nlohmann::ordered_json;

  /// Reads and parses `path`. Throws CheckpointError if it cannot be read or is not JSON.
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

 private:
  template <class T>
  T convert(std::string_view key, const Json& value) const {
    try {
      return value.get<T>();
    } catch (const nlohmann::json::exception&) {
      fail(key, "has the wrong type: " + value.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 80));
    }
  }

  std::filesystem::path path_;
  Json root_;
};

/// Writes `json` to `path` through a temporary file and a rename, so that readers never see half a file.
/// Throws CheckpointError if the folder cannot be written.
void write_json(const std::filesystem::path& path, const JsonFile::Json& json);

/// Returns the whole content of `path`. Throws CheckpointError if it cannot be read.
std::string read_text(const std::filesystem::path& path);

/// Writes `text` to `path` through a temporary file and a rename. Throws CheckpointError if it cannot.
void write_text(const std::filesystem::path& path, std::string_view text);

}  // namespace espalier::neural
