#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "models/attention/gathered_attention.hpp"
#include "models/attention/kv_cache.hpp"
#include "models/attention/rotary.hpp"
#include "models/checkpoint/weights.hpp"

namespace espalier::models {

/// Which sequence and position each row of a ragged batch belongs to. Rows of one sequence are adjacent.
struct Rows {
  std::vector<const Sequence*> sequences;
  std::vector<int> sequence_of;  ///< by row
  std::vector<int> position_of;  ///< by row
};

/// Norms and rotates queries and keys of `merged` ([rows padded, query_width + 2 kv_width]) in place, stores keys and
/// values in the cache's pages, and returns attention outputs, [rows padded, query_width]. For a transposed cache in
/// float32 on the CPU, by its row kernels.
at::Tensor attend_cpu(const at::Tensor& merged, const Rows& rows, int layer, const Weights& weights,
                      const KvCache& cache, const RotaryTable& rotary);

/// The same as tensor arithmetic, for a cache of rows on any device: the path of GPUs, and the reference for tests.
/// Made once per batch and used by all layers.
class BatchedAttention {
 public:
  /// `padded`: the rows of the batch with its padding; `least_pages`: so many pages are gathered for each sequence at
  /// least, so that batches of like size have like shapes.
  BatchedAttention(const Rows& rows, std::int64_t padded, const Weights& weights, std::int64_t least_pages = 0);

  /// What `prepare` wants to have on the device: all that rows say beside the shapes of tensors.
  const std::vector<std::int64_t>& numbers() const { return numbers_.all(); }
  /// Whether `numbers` of another uniform batch with as many padded rows and gathered pages do for this one as well.
  bool uniform() const { return attention_->uniform(); }
  std::int64_t rows() const { return slots_.count; }
  std::int64_t gathered_pages() const { return attention_->pages(); }

  /// Makes index tensors, rotations and masks from `numbers`.
  void prepare(const at::Tensor& numbers, const RotaryTable& rotary);
  at::Tensor operator()(const at::Tensor& merged, int layer, const Weights& weights, const KvCache& cache) const;

 private:
  at::ScalarType dtype_;
  bool ragged_;
  Numbers numbers_;
  Numbers::Part positions_, slots_;  // by row; where in the cache its key and value go
  std::unique_ptr<GatheredAttention> attention_;
  at::Tensor cosine_, sine_, slot_index_;  // [rows padded, 1, rotary_width], the first half of the sines negated
};

}  // namespace espalier::models
