#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "neural/adapter.hpp"
#include "neural/attention.hpp"
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
  /// Reads `weights`, through `adapter` unless it is null. Training may change both between calls; call `forget` then.
  explicit Decoder(std::shared_ptr<const Weights> weights, std::shared_ptr<const Adapter> adapter = nullptr,
                   std::int64_t cache_bytes = kCacheBytes);

  KvCache& cache() { return cache_; }
  /// Forgets all that follows from weights and adapter: they have changed.
  void forget();
  const Weights& weights() const { return *weights_; }

  /// Reads all feeds; returns hidden states after the final norm, [rows, width]: rows of the feeds in order. Rows
  /// beyond the tokens, up to a multiple of kRowPadding, are meaningless. Every sequence may appear once.
  at::Tensor read(std::span<const Feed> feeds);
  /// Returns float32 logits, [rows, vocabulary] on the CPU, of the chosen rows of what `read` returned.
  at::Tensor logits(const at::Tensor& hidden, std::span<const std::int64_t> rows) const;
  /// Returns the embeddings of `tokens`, [tokens, width].
  at::Tensor embed(std::span<const std::int32_t> tokens) const;

 private:
  // The adapter's updates of one block, ready to be applied.
  struct Updates {
    StackedUpdate qkv, output, gate_up, down;
  };
  void prepare();
  at::Tensor attention(int layer, const at::Tensor& x, const Rows& rows);
  at::Tensor feed_forward(int layer, const at::Tensor& x) const;
  void replace_own(const at::Tensor& states, const at::Tensor& logits) const;

  std::shared_ptr<const Weights> weights_;
  std::shared_ptr<const Adapter> adapter_;
  std::vector<Updates> updates_;  // by layer; empty until they are needed
  KvCache cache_;
  RotaryTable rotary_;
};

/// Root-mean-square norm over the last dimension, by rows.
at::Tensor rms_norm_rows(const at::Tensor& x, const at::Tensor& weight, double epsilon);

}  // namespace espalier::neural
