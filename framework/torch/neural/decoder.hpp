#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "neural/kv_cache.hpp"
#include "neural/rotary.hpp"
#include "neural/weights.hpp"

namespace espalier::neural {

/// New tokens of one sequence.
struct Feed {
  Sequence* sequence;                    ///< what was read before; grows by `tokens`
  std::span<const std::int32_t> tokens;  ///< at least one
};

/// The forward pass without gradients, over ragged batches and a paged cache.
///
/// On the CPU in float32 each row's result is the same, bit for bit, whatever else is in the batch, however its
/// sequence was cut into feeds, and whatever the number of threads. Elsewhere it is the same up to rounding. One
/// thread.
class Decoder {
 public:
  /// Reads `weights` anew in every call, so training may change them in between; call `cache().forget()` then.
  explicit Decoder(std::shared_ptr<const Weights> weights);

  KvCache& cache() { return cache_; }
  const Weights& weights() const { return *weights_; }

  /// Reads all feeds; returns hidden states after the final norm, [rows, width]: rows of the feeds in order. Rows
  /// beyond the tokens, up to a multiple of kRowPadding, are meaningless. Every sequence may appear once.
  at::Tensor read(std::span<const Feed> feeds);
  /// Returns float32 logits, [rows, vocabulary] on the CPU, of the chosen rows of what `read` returned.
  at::Tensor logits(const at::Tensor& hidden, std::span<const std::int64_t> rows) const;
  /// Returns the embeddings of `tokens`, [tokens, width].
  at::Tensor embeddings(std::span<const std::int32_t> tokens) const;

 private:
  struct Batch;
  at::Tensor attention(int layer, const at::Tensor& x, const Batch& batch);
  at::Tensor feed_forward(int layer, const at::Tensor& x) const;

  std::shared_ptr<const Weights> weights_;
  KvCache cache_;
  RotaryTable rotary_;
};

/// Root-mean-square norm over the last dimension, by rows.
at::Tensor rms_norm_rows(const at::Tensor& x, const at::Tensor& weight, double epsilon);

}  // namespace espalier::neural
