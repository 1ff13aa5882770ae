#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/checkpoint/tensor_source.hpp"
#include "models/files/mapped_file.hpp"

namespace espalier::models {

/// The tensors of a checkpoint folder, read lazily from memory-mapped safetensors files.
///
/// Opens `model.safetensors`, or the shards that `model.safetensors.index.json` lists, and takes every tensor from the
/// one where the index says.
class TensorFolder final : public TensorSource {
 public:
  /// Maps all files. Throws CheckpointError naming the file when one is missing, truncated or malformed.
  explicit TensorFolder(const std::filesystem::path& folder);
  /// Maps the one file `path` instead of a folder.
  static TensorFolder of_file(const std::filesystem::path& path);
  ~TensorFolder() override;
  TensorFolder(TensorFolder&&) noexcept;
  TensorFolder& operator=(TensorFolder&&) = delete;

  bool has(const std::string& name) const override;
  std::vector<std::string> names() const override;
  std::string file_of(const std::string& name) const override;
  std::vector<std::int64_t> shape(const std::string& name) const override;
  at::Tensor view(const std::string& name) const override;

 private:
  TensorFolder() = default;
  struct Entry;
  void open(const std::filesystem::path& path, const std::function<bool(const std::string&)>& counts);
  const Entry& entry(const std::string& name) const;

  std::filesystem::path folder_;
  std::vector<std::unique_ptr<MappedFile>> files_;
  std::map<std::string, Entry> entries_;
};

/// Writes `tensors` (in this order, in their own types) and `metadata` to `path` through a temporary file and a rename.
/// Throws CheckpointError if the file cannot be written.
void write_safetensors(const std::filesystem::path& path,
                       const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace espalier::models
