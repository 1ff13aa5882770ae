#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "neural/kv_cache.hpp"
#include "neural/rotary.hpp"
#include "neural/weights.hpp"

namespace espalier::neural {

/// Which sequence and position each row of a ragged batch belongs to.
struct Rows {
  std::vector<const Sequence*> sequences;
  std::vector<int> sequence_of;  ///< by row
  std::vector<int> position_of;  ///< by row
};

/// Norms and rotates queries and keys of `merged` ([rows, query_width + 2 kv_width]), stores keys and values in the
/// cache's pages, and returns attention outputs, [rows padded, query_width]. Takes the CPU kernels for float32 on the
/// CPU.
at::Tensor attend(const at::Tensor& merged, const Rows& rows, int layer, const Weights& weights, const KvCache& cache,
                  const RotaryTable& rotary);

/// The two ways it is done; the second is the reference for tests and the path of GPUs.
at::Tensor attend_cpu(const at::Tensor& merged, const Rows& rows, int layer, const Weights& weights,
                      const KvCache& cache, const RotaryTable& rotary);
at::Tensor attend_generic(const at::Tensor& merged, const Rows& rows, int layer, const Weights& weights,
                          const KvCache& cache, const RotaryTable& rotary);

}  // namespace espalier::neural
