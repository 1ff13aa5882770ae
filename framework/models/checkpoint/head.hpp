#pragma once

#include <ATen/ATen.h>

#include <espalier/base_model.hpp>
#include <filesystem>
#include <map>
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

/// Linear layers, each of what the one before gives with ReLU; none where there is no head.
struct LayeredHead {
  std::vector<LinearHead> layers;

  int outputs() const { return layers.empty() ? 0 : layers.back().outputs(); }
  /// As `LinearHead::of_rows`.
  at::Tensor of_rows(const at::Tensor& rows) const;
};

/// Heads that a checkpoint has beside its decoder, by name.
using CheckpointHeads = std::map<std::string, LayeredHead>;

/// What a scoring head gives at one position: log p(token), log p of choices as the next token, a head on the state, a
/// head on the token's embedding, in this order.
struct Head {
  bool token_logprob = false;
  std::vector<std::int32_t> choices;
  LayeredHead state;
  LinearHead embedding;

  /// The heads that `spec` asks for: copies of those of `known`, others with weights and biases 0. Throws
  /// std::invalid_argument if it asks for no outputs at all, for a head that is not known or a choice that is no token.
  static Head make(const ScoringHeadSpec& spec, const ModelConfig& config, const CheckpointHeads& known,
                   at::Device device);
  int outputs() const {
    return (token_logprob ? 1 : 0) + static_cast<int>(choices.size()) + state.outputs() + embedding.outputs();
  }
  /// Whether outputs depend on the decoder's state at their own position.
  bool reads_own_state() const { return !choices.empty() || !state.layers.empty(); }
  /// Whether the outputs depend on more of the decoder than its embedding table.
  bool reads_states() const { return token_logprob || reads_own_state(); }

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
