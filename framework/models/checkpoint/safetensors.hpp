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

namespace espalier::models {

/// The tensors of a checkpoint folder, read lazily from memory-mapped safetensors files.
///
/// Opens `model.safetensors`, or the shards that `model.safetensors.index.json` lists, and takes every tensor from the
/// one where the index says. Tensors are copied out of the mapping when asked for, so nothing refers to the files after
/// that. Thread-safe once constructed.
class TensorFolder {
 public:
  /// Maps all files. Throws CheckpointError naming the file when one is missing, truncated or malformed.
  explicit TensorFolder(const std::filesystem::path& folder);
  /// Maps the one file `path` instead of a folder.
  static TensorFolder of_file(const std::filesystem::path& path);
  ~TensorFolder();
  TensorFolder(TensorFolder&&) noexcept;
  TensorFolder& operator=(TensorFolder&&) = delete;

  bool has(const std::string& name) const;
  /// All names, sorted.
  std::vector<std::string> names() const;
  /// Numbers in all tensors together.
  std::int64_t elements() const;
  /// Returns a copy of tensor `name` in its stored type.
  at::Tensor read(const std::string& name) const;
  /// Returns a copy of tensor `name` in `dtype` on the CPU. Throws CheckpointError if there is none, if its shape is
  /// not `shape` (an empty `shape` accepts any), if it is one of integers where `dtype` is not, or if a number is not
  /// finite.
  at::Tensor read(const std::string& name, at::IntArrayRef shape, at::ScalarType dtype) const;

 private:
  TensorFolder() = default;
  class File;
  struct Entry;
  void open(const std::filesystem::path& path, const std::function<bool(const std::string&)>& counts);
  const Entry& entry(const std::string& name) const;

  std::filesystem::path folder_;
  std::vector<std::unique_ptr<File>> files_;
  std::map<std::string, Entry> entries_;
};

/// Tensors, and what is to be copied into them once all of it has been read and found good.
using Staged = std::vector<std::pair<at::Tensor, at::Tensor>>;

/// Writes `tensors` (in this order, in their own types) and `metadata` to `path` through a temporary file and a rename.
/// Throws CheckpointError if the file cannot be written.
void write_safetensors(const std::filesystem::path& path,
                       const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace espalier::models
