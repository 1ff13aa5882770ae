#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.hpp"

/// A file below tests/golden/gguf.
inline std::filesystem::path golden_gguf(const std::string& name) {
  return std::filesystem::path(ESPALIER_SOURCE_DIR) / "tests" / "golden" / "gguf" / name;
}

/// Builds the bytes of a GGUF file.
class GgufBytes {
 public:
  template <class T>
  static std::string raw(T value) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
  }
  static std::string text(std::string_view text) { return raw(std::uint64_t{text.size()}) + std::string(text); }

  GgufBytes& entry(std::string_view key, std::uint32_t kind, const std::string& value) {
    entries_ += text(key) + raw(kind) + value;
    ++keys_;
    return *this;
  }
  GgufBytes& add(std::string_view key, int value) { return entry(key, 5, raw(value)); }
  GgufBytes& add(std::string_view key, float value) { return entry(key, 6, raw(value)); }
  GgufBytes& add(std::string_view key, bool value) { return entry(key, 7, raw(value)); }
  GgufBytes& add(std::string_view key, std::string_view value) { return entry(key, 8, text(value)); }
  GgufBytes& add(std::string_view key, const char* value) { return add(key, std::string_view(value)); }
  GgufBytes& add(std::string_view key, const std::vector<std::string>& values) {
    std::string bytes = raw(std::uint32_t{8}) + raw(std::uint64_t{values.size()});
    for (const auto& value : values) bytes += text(value);
    return entry(key, 9, bytes);
  }
  GgufBytes& add(std::string_view key, const std::vector<int>& values) { return add_numbers(key, 5, values); }
  GgufBytes& add(std::string_view key, const std::vector<float>& values) { return add_numbers(key, 6, values); }

  /// A tensor whose first dimension is the contiguous one; `type` as the format numbers it.
  GgufBytes& tensor(std::string_view name, const std::vector<std::uint64_t>& dimensions, std::uint32_t type,
                    std::uint64_t offset) {
    tensors_ += text(name) + raw(static_cast<std::uint32_t>(dimensions.size()));
    for (const auto extent : dimensions) tensors_ += raw(extent);
    tensors_ += raw(type) + raw(offset);
    ++tensor_count_;
    return *this;
  }

  /// The file, with so many bytes of data behind the padding.
  std::string bytes(std::size_t data = 0, std::uint32_t version = 3) const {
    std::string file = "GGUF" + raw(version) + raw(tensor_count_) + raw(keys_) + entries_ + tensors_;
    if (tensor_count_ > 0) file.append((32 - file.size() % 32) % 32, '\0');
    return file + std::string(data, '\0');
  }

 private:
  template <class T>
  GgufBytes& add_numbers(std::string_view key, std::uint32_t kind, const std::vector<T>& values) {
    std::string bytes = raw(kind) + raw(std::uint64_t{values.size()});
    for (const T value : values) bytes += raw(value);
    return entry(key, 9, bytes);
  }

  std::string entries_, tensors_;
  std::uint64_t keys_ = 0, tensor_count_ = 0;
};
