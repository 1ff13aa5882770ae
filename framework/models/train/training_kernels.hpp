#pragma once

#include <ATen/ATen.h>

#include <espalier/language_model.hpp>
#include <span>
#include <vector>

#include "models/attention/rotary.hpp"
#include "models/checkpoint/weights.hpp"
#include "models/files/config.hpp"

namespace espalier::models {

/// Token lists laid end to end, so that no row of a training step is padding: sequences see themselves only.
struct Pack {
  std::vector<std::int64_t> ids, positions;  ///< by row
  std::vector<std::int64_t> starts;          ///< first row of each sequence, and the number of rows at the end

  explicit Pack(std::span<const ModelInput> inputs);
  std::int64_t rows() const { return static_cast<std::int64_t>(ids.size()); }
  std::int64_t sequences() const { return static_cast<std::int64_t>(starts.size()) - 1; }
};

/// A pack with the index tensors that every block of a training pass needs.
class TrainingBatch {
 public:
  TrainingBatch(const Pack& pack, const ModelConfig& config, const RotaryTable& rotary, at::Device device);

  const ModelConfig& config() const { return config_; }
  const at::Tensor& ids() const { return ids_; }
  /// [rows, 1, rotary_width / 2]
  const at::Tensor& cosine() const { return cosine_; }
  const at::Tensor& sine() const { return sine_; }
  const std::vector<std::int64_t>& starts() const { return starts_; }
  std::int64_t longest() const { return longest_; }
  /// What the rows of a layer may see, [longest, longest] bool; undefined: all before them.
  const at::Tensor& visible(int layer) const;
  /// Row of the padded layout [sequences * longest] for every packed row.
  const at::Tensor& padded_index() const { return padded_index_; }

 private:
  const ModelConfig& config_;
  std::vector<std::int64_t> starts_;
  std::int64_t longest_ = 0;
  at::Tensor ids_, cosine_, sine_, padded_index_;
  at::Tensor windowed_, everything_;  // `visible` with a window, and undefined
};

/// Queries, keys and values side by side by sequence, [sequences, heads, longest, head_width]: normed, rotated, and
/// padded with zeros at their ends, where a causal mask keeps the padding out of sight of every real position.
struct Projections {
  at::Tensor query, key, value;
};

/// The parts of a block that are not matrix products, differentiable. float32 on the CPU takes fused kernels;
/// elsewhere, and as the reference in tests, they are plain tensor arithmetic.
at::Tensor trained_rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon);
/// `gate_up`: [rows, 2 width] -> silu(gate) * up, [rows, width]
at::Tensor trained_swiglu(const at::Tensor& gate_up);
/// `merged`: [rows, query_width + 2 kv_width] -> causal attention of block `layer` within each sequence, [rows,
/// query_width]
at::Tensor trained_attention(const at::Tensor& merged, const Weights& weights, int layer, const TrainingBatch& batch);

at::Tensor trained_rms_norm_cpu(const at::Tensor& x, const at::Tensor& weight, double epsilon);
at::Tensor trained_swiglu_cpu(const at::Tensor& gate_up);
Projections trained_projections_cpu(const at::Tensor& merged, const LayerWeights& block, const TrainingBatch& batch);
Projections trained_projections_generic(const at::Tensor& merged, const LayerWeights& block,
                                        const TrainingBatch& batch);

}  // namespace espalier::models
