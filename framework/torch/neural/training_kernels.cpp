#include "neural/training_kernels.hpp"

#include <algorithm>

#include "neural/training_pass.hpp"

namespace espalier::neural {

TrainingBatch::TrainingBatch(const Pack& pack, const ModelConfig& config, const RotaryTable& rotary, at::Device device)
    : config_(config), starts_(pack.starts) {
  const auto index = [&](const std::vector<std::int64_t>& values) { return at::tensor(values, at::kLong).to(device); };
  ids_ = index(pack.ids);
  const at::Tensor positions = index(pack.positions);
  cosine_ = rotary.cosine().index_select(0, positions).unsqueeze(1);
  sine_ = rotary.sine().index_select(0, positions).unsqueeze(1);
  for (std::size_t i = 0; i + 1 < starts_.size(); ++i) longest_ = std::max(longest_, starts_[i + 1] - starts_[i]);
  std::vector<std::int64_t> padded;
  for (std::size_t i = 0; i + 1 < starts_.size(); ++i)
    for (std::int64_t row = starts_[i]; row < starts_[i + 1]; ++row)
      padded.push_back(static_cast<std::int64_t>(i) * longest_ + row - starts_[i]);
  padded_index_ = index(padded);
}

at::Tensor trained_rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  return x * at::rsqrt(x.square().mean(-1, true) + epsilon) * weight;
}

at::Tensor trained_swiglu(const at::Tensor& gate_up) {
  const auto halves = gate_up.chunk(2, -1);
  return at::silu(halves[0]) * halves[1];
}

at::Tensor trained_attention(const at::Tensor& merged, const LayerWeights& block, const TrainingBatch& batch) {
  const ModelConfig& config = batch.config();
  const std::int64_t rows = merged.size(0), sequences = static_cast<std::int64_t>(batch.starts().size()) - 1;
  const auto heads = [&](std::int64_t start, std::int64_t count) {
    return merged.narrow(1, start, count * config.head_width).reshape({rows, count, config.head_width});
  };
  at::Tensor query = heads(0, config.heads), key = heads(config.query_width(), config.kv_heads);
  const at::Tensor value = heads(config.query_width() + config.kv_width(), config.kv_heads);
  if (config.qk_norm) {
    query = trained_rms_norm(query, block.query_norm, config.norm_epsilon);
    key = trained_rms_norm(key, block.key_norm, config.norm_epsilon);
  }
  const auto rotated = [&](const at::Tensor& x) {
    const auto halves = x.chunk(2, -1);
    return at::cat({halves[0] * batch.cosine() - halves[1] * batch.sine(), halves[1] * batch.cosine() + halves[0] * batch.sine()}, -1);
  };
  // Sequences side by side, padded at their ends: a causal mask keeps the padding out of sight of every real position.
  const auto padded = [&](const at::Tensor& x) {
    at::Tensor wide = at::zeros({sequences * batch.longest(), x.size(1), x.size(2)}, x.options());
    wide = wide.index_copy(0, batch.padded_index(), x).reshape({sequences, batch.longest(), x.size(1), x.size(2)}).transpose(1, 2);
    return x.size(1) == config.heads ? wide : wide.repeat_interleave(config.heads / config.kv_heads, 1);
  };
  const at::Tensor mixed = at::scaled_dot_product_attention(padded(rotated(query)), padded(rotated(key)), padded(value), {}, 0.0, true);
  return mixed.transpose(1, 2).reshape({sequences * batch.longest(), config.query_width()}).index_select(0, batch.padded_index());
}

}  // namespace espalier::neural
