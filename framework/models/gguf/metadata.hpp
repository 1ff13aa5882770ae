#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace espalier::models {

/// The kinds of value that the metadata of a GGUF file have, as the file numbers them.
enum class GgufKind : std::uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, text, array, u64, i64, f64 };

/// Bytes of a value of fixed size; 0 of texts and arrays.
std::size_t gguf_bytes(GgufKind kind);

/// One value, or an array of them, as it lies in the file.
struct GgufValue {
  GgufKind kind;  ///< of the elements, where it is an array
  bool array = false;
  std::uint64_t count = 1;  ///< elements
  std::string_view data;    ///< within the file; texts have their length before them
};

/// The metadata of a GGUF file: values by key, which know their file, so that every complaint names both. Refers to
/// the file that it was read from.
class GgufMetadata {
 public:
  explicit GgufMetadata(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  /// Returns whether `key` is new.
  bool add(std::string_view key, const GgufValue& value) { return values_.emplace(key, value).second; }
  bool has(std::string_view key) const { return values_.contains(key); }
  /// Elements of the array `key`; 0 where there is none.
  std::uint64_t count(std::string_view key) const;
  /// All keys, sorted.
  const std::map<std::string, GgufValue, std::less<>>& values() const { return values_; }

  /// Returns the value of `key` as a T: a bool, an int (of whatever integer kind that holds it), a double, a
  /// string, or a vector of ints, doubles or strings; strings are UTF-8. Throws CheckpointError if it is absent or of
  /// another kind.
  template <class T>
  T require(std::string_view key) const {
    const auto found = values_.find(key);
    if (found == values_.end()) fail(key, "is missing");
    return convert<T>(found->first, found->second);
  }
  /// Returns the value of `key`, or `fallback` where it is absent. Throws CheckpointError on another kind.
  template <class T>
  T get(std::string_view key, T fallback) const {
    return has(key) ? require<T>(key) : fallback;
  }

  /// Throws a CheckpointError that says "<file>: `<key>` <what>".
  [[noreturn]] void fail(std::string_view key, std::string_view what) const;

 private:
  template <class T>
  T convert(const std::string& key, const GgufValue& value) const;

  std::filesystem::path path_;
  std::map<std::string, GgufValue, std::less<>> values_;
};

extern template bool GgufMetadata::convert(const std::string&, const GgufValue&) const;
extern template int GgufMetadata::convert(const std::string&, const GgufValue&) const;
extern template double GgufMetadata::convert(const std::string&, const GgufValue&) const;
extern template std::string GgufMetadata::convert(const std::string&, const GgufValue&) const;
extern template std::vector<int> GgufMetadata::convert(const std::string&, const GgufValue&) const;
extern template std::vector<double> GgufMetadata::convert(const std::string&, const GgufValue&) const;
extern template std::vector<std::string> GgufMetadata::convert(const std::string&, const GgufValue&) const;

}  // namespace espalier::models
