#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace espalier::models {

/// How the numbers of a GGUF tensor are stored: in blocks of so many numbers and so many bytes each, the last dimension
/// of a tensor being whole blocks.
struct GgufNumbers {
  std::uint32_t id;       ///< in the file
  std::string_view name;  ///< as llama.cpp has it: "Q4_K"
  std::int64_t block;     ///< numbers
  std::int64_t bytes;     ///< of a block; 0 where the type is known by name only
  /// Writes the numbers of `blocks` whole blocks to `out`, equal bit by bit to `gguf.dequantize` of the gguf package in
  /// float32.
  void (*decode)(const std::uint8_t* data, std::size_t blocks, float* out);
};

/// The type of that id; null where the format has none.
const GgufNumbers* find_gguf_numbers(std::uint32_t id);

/// All types, those known by name only among them.
std::span<const GgufNumbers> gguf_numbers();

}  // namespace espalier::models
