#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace espalier::models {

/// The tensors of a checkpoint under their names in Hugging Face checkpoints, however they lie on disk. What is read
/// are copies, so that nothing refers to the files after that. Thread-safe once constructed.
class TensorSource {
 public:
  virtual ~TensorSource() = default;

  virtual bool has(const std::string& name) const = 0;
  /// All names, sorted.
  virtual std::vector<std::string> names() const = 0;
  /// The file in which tensor `name` lies, or, where there is none, in which it is missing.
  virtual std::string file_of(const std::string& name) const = 0;
  /// The shape of tensor `name`, of which nothing else is read. Throws CheckpointError if there is none.
  virtual std::vector<std::int64_t> shape(const std::string& name) const = 0;
  /// The numbers of tensor `name` on the CPU, to be read only and while the source lives: where they lie, if they can
  /// be read there, else in a copy of their own. Throws CheckpointError if there is none.
  virtual at::Tensor view(const std::string& name) const = 0;

  /// Numbers in all tensors together.
  std::int64_t elements() const;
  /// Returns a copy of tensor `name` in its stored type.
  at::Tensor read(const std::string& name) const;
  /// Returns a copy of tensor `name` in `dtype` on the CPU. Throws CheckpointError if there is none, if its shape is
  /// not `shape` (an empty `shape` accepts any), if it is one of integers where `dtype` is not, or if a number is not
  /// finite.
  at::Tensor read(const std::string& name, at::IntArrayRef shape, at::ScalarType dtype) const;
  /// Copies tensor `name` into `to`, whatever its type and device; on the CPU without a copy between. Throws as `read`
  /// does.
  void read_into(const std::string& name, const at::Tensor& to) const;

 protected:
  TensorSource() = default;
  TensorSource(const TensorSource&) = default;
  TensorSource(TensorSource&&) = default;
  TensorSource& operator=(const TensorSource&) = default;
  TensorSource& operator=(TensorSource&&) = default;
};

/// Tensors, and what is to be copied into them once all of it has been read and found good.
using Staged = std::vector<std::pair<at::Tensor, at::Tensor>>;

}  // namespace espalier::models
