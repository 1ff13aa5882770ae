#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/attention/attention.hpp"
#include "models/attention/kv_cache.hpp"
#include "models/attention/rotary.hpp"
#include "models/checkpoint/adapter.hpp"
#include "models/checkpoint/weights.hpp"
#include "models/decode/captured_steps.hpp"

namespace espalier::models {

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
                   CacheLimits cache = {});
  /// The same for a given cache layout. Where that is rows, passes of single tokens are recorded by `recorder`, unless
  /// it is empty.
  Decoder(std::shared_ptr<const Weights> weights, std::shared_ptr<const Adapter> adapter, CacheLimits cache,
          PageLayout layout, GraphCapture capture);

  KvCache& cache() { return cache_; }
  /// Forgets all that follows from weights and adapter: they have changed.
  void forget();
  const Weights& weights() const { return *weights_; }

  /// Reads all feeds; returns hidden states after the final norm, [rows, width]: rows of the feeds in order. Rows
  /// beyond the tokens, up to a multiple of kRowPadding, are meaningless. Every sequence may appear once.
  at::Tensor read(std::span<const Feed> feeds);
  /// Returns float32 logits, [rows, vocabulary] on the weights' device, of the chosen rows of what `read` returned.
  at::Tensor logits(const at::Tensor& hidden, std::span<const std::int64_t> rows) const;
  /// Returns the embeddings of `tokens`, [tokens, width].
  at::Tensor embed(std::span<const std::int32_t> tokens) const;

 private:
  // The adapter's updates of one block, ready to be applied.
  struct Updates {
    StackedUpdate qkv, output, gate_up, down;
  };
  // Feeds that are read in one pass.
  struct Batch {
    Rows rows;
    std::vector<std::int64_t> ids;
    std::vector<std::int64_t> places;  // of its rows among those of all feeds
    int longest = 0;
    void add(const Feed& feed, std::int64_t place);
  };
  void prepare();
  at::Tensor pass(Batch& batch);
  at::Tensor recorded_pass(Batch& batch);
  at::Tensor attended_pass(const at::Tensor& x, BatchedAttention& attention, const at::Tensor& numbers) const;
  template <class Attend>
  at::Tensor blocks(const at::Tensor& x, const Attend& attend) const;
  // Adds a block's attention, or its feed-forward part, to the stream `x`, [rows, width].
  template <class Attend>
  void add_attention(int layer, const at::Tensor& x, const Attend& attend) const;
  void add_feed_forward(int layer, const at::Tensor& x) const;
  void replace_own(const at::Tensor& states, const at::Tensor& logits) const;

  std::shared_ptr<const Weights> weights_;
  std::shared_ptr<const Adapter> adapter_;
  std::vector<Updates> updates_;  // by layer; empty until they are needed
  KvCache cache_;
  RotaryTable rotary_;
  CapturedSteps steps_;
  std::pair<const void*, const void*> steps_for_;  // where cache and rotations lay when they were recorded
};

/// Root-mean-square norm over the last dimension, by rows; by the row kernels for contiguous float32 on the CPU.
at::Tensor rms_norm_rows(const at::Tensor& x, const at::Tensor& weight, double epsilon);

}  // namespace espalier::models
