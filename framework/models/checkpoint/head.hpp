#pragma once

#include <ATen/ATen.h>

#include <espalier/base_model.hpp>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "models/checkpoint/safetensors.hpp"
#include "models/files/config.hpp"

namespace espalier::models {

/// A linear map of rows of the decoder's width; undefined tensors where there is none.
struct LinearHead {
  at::Tensor weight;  ///< [outputs, width] float32
  at::Tensor bias;    ///< [outputs] float32; undefined: 0

  int outputs() const { return weight.defined() ? static_cast<int>(weight.size(0)) : 0; }
  /// Returns the outputs for `rows` ([rows, width] float32 on the weights' device), [rows, outputs]. On the CPU sums
  /// are in double and in order: a matrix product with so few columns would depend on how many rows share it. Without
  /// gradients.
  at::Tensor of_rows(const at::Tensor& rows) const;
};

/// What a scoring head gives at one position: log p(token), a head on the state, a head on the token's embedding, in
/// this order.
struct Head {
  bool token_logprob = false;
  LinearHead state, embedding;

  /// The heads that `spec` asks for, their weights and biases 0. Throws std::invalid_argument if it asks for no outputs at all.
  static Head make(const ScoringHeadSpec& spec, const ModelConfig& config, at::Device device);
  int outputs() const { return (token_logprob ? 1 : 0) + state.outputs() + embedding.outputs(); }
  /// Whether the outputs depend on more of the decoder than its embedding table.
  bool reads_states() const { return token_logprob || state.weight.defined(); }

  /// The weights by name; tensors are shared with the head.
  std::vector<std::pair<std::string, at::Tensor>> named() const;
  /// Writes head.safetensors into `folder`.
  void save(const std::filesystem::path& folder) const;
  /// Reads what `save` wrote. Throws CheckpointError naming the tensor that is missing or of another shape.
  Staged stage(const std::filesystem::path& folder) const;
};

/// Returns `rows` ([rows, width] float32), each scaled to root mean square 1. Differentiable.
at::Tensor unit_rows(const at::Tensor& rows);

}  // namespace espalier::models
