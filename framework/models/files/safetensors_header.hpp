#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::models {

/// One tensor of a safetensors file.
struct StoredTensor {
  std::string type;  ///< "F32", "BF16", ...: one of those that `stored_bytes` knows
  std::vector<std::int64_t> shape;
  std::string_view data;  ///< row-major, little endian; within the file that the header was read from

  /// Product of the shape.
  std::int64_t elements() const;
};

/// Bytes per element of a type of the format, 0 where it is not known here.
std::size_t stored_bytes(std::string_view type);

/// The largest header that the format allows: 100 MB.
inline constexpr std::size_t kMostHeaderBytes = 100'000'000;

/// Reads the header of a whole safetensors file; the tensors' data stay where they lie in `file`. Throws
/// CheckpointError naming `path` and the tensor where the file is not what the format says: a header that is no JSON, a
/// type that is not known, shapes that are no sizes, data that are not as long as their shape says, overlap, leave
/// holes or go beyond the file.
std::map<std::string, StoredTensor> read_safetensors_header(std::string_view file, const std::filesystem::path& path);

}  // namespace espalier::models
