#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <espalier/base_model.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "models/checkpoint/weights.hpp"

namespace espalier::models {

/// An update of some rows of a merged matrix: W + scale * b a.
struct LowRank {
  std::string module;  ///< the matrix under its name in Hugging Face checkpoints, without ".weight"
  std::int64_t first;  ///< row of the merged matrix at which it begins
  at::Tensor a;        ///< [rank, inputs] float32
  at::Tensor b;        ///< [outputs, rank] float32
};

/// The updates of one block, by merged matrix.
struct LayerUpdates {
  std::vector<LowRank> qkv, output, gate_up, down;
};

/// What a scoring head puts between itself and the weights it reads: low-rank updates of matrices, and embeddings of
/// tokens that are its own. Where the embedding table is the output head too, an own token's embedding is its row there
/// as well, except for a token beyond the table, which has no log-probability.
struct Adapter {
  std::vector<LayerUpdates> layers;  ///< empty: no updates
  double scale = 1.0;                ///< alpha / rank
  std::vector<std::int32_t> tokens;  ///< ascending
  at::Tensor rows;                   ///< embeddings of `tokens`, [tokens, width] float32; undefined without any

  /// Draws what `spec` asks for: a normal with variance 1 / (3 inputs), b zero; own tokens begin as `weights` has them
  /// or, beyond its table, are drawn as large as its rows are. Throws std::invalid_argument on an unknown projection, a
  /// rank below 1, or an own token that is neither in the table nor `spare_token`.
  static Adapter make(const ScoringHeadSpec& spec, const Weights& weights, std::int32_t spare_token);

  bool empty() const { return layers.empty() && tokens.empty(); }
  bool owns(std::int32_t token) const;
  /// The low-rank matrices as "<module>.lora_A" and "<module>.lora_B"; tensors are shared with the adapter.
  std::vector<std::pair<std::string, at::Tensor>> matrices() const;
};

/// Returns the embeddings of `ids` as seen through `adapter` (null: none), [ids, width]. Differentiable.
at::Tensor embeddings(const Weights& weights, const Adapter* adapter, std::span<const std::int64_t> ids);

/// The own tokens that have a row in the output head, as indices into `adapter.tokens`.
std::vector<std::int64_t> own_outputs(const Weights& weights, const Adapter& adapter);

/// The updates of one merged matrix in the form in which the decoder applies them. The ranks are padded with zeros to a
/// multiple of kRowPadding, without which a row's result would depend on how many rows share the product.
class StackedUpdate {
 public:
  StackedUpdate() = default;
  StackedUpdate(const std::vector<LowRank>& updates, double scale, at::ScalarType dtype);
  /// y += scale * b a x for the outputs that have updates. `x`: [rows, inputs], `y`: [rows, outputs].
  void add(const at::Tensor& x, const at::Tensor& y) const;

 private:
  struct Part {
    std::int64_t first;
    at::Tensor up;  // [padded rank, outputs]: scale * b, transposed
  };
  at::Tensor down_;  // [padded rank of all parts, inputs]
  std::vector<Part> parts_;
};

}  // namespace espalier::models
