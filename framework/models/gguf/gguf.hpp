#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/gguf/metadata.hpp"
#include "models/gguf/number_types.hpp"

namespace espalier::models {

/// One tensor of a GGUF file.
struct GgufTensor {
  const GgufNumbers* numbers;       ///< of a type with a decoder
  std::vector<std::int64_t> shape;  ///< row-major, the last dimension being contiguous; the file has it the other way
  std::string_view data;            ///< whole blocks, within the file

  /// Product of the shape.
  std::int64_t elements() const;
  /// Writes the numbers from `first`, `count` of them, to `out`; both are multiples of a block. Thread-safe.
  void read(std::int64_t first, std::int64_t count, float* out) const;
};

/// What a GGUF file holds. Refers to the bytes that it was read from.
struct Gguf {
  GgufMetadata metadata;
  std::map<std::string, GgufTensor> tensors;  ///< by the names of llama.cpp
};

/// Reads a whole file of llama.cpp's format GGUF, version 2 or 3, little-endian; nothing of it is copied but names and
/// keys. Memory is bounded by a small multiple of what the file has of them. Throws CheckpointError naming `path`, the
/// byte and the key or tensor, where the file is not what the format says: counts and lengths beyond its end, kinds of
/// value that do not exist, arrays in arrays, keys or names twice, types of numbers that are not read, shapes of
/// partial blocks, tensors that are not one behind the other or go beyond the file; and for one part of several.
Gguf read_gguf(std::string_view file, const std::filesystem::path& path);

}  // namespace espalier::models
