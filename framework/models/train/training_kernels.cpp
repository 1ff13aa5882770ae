#include "models/train/training_kernels.hpp"

#include <algorithm>

namespace espalier::models {

Pack::Pack(std::span<const ModelInput> inputs) {
  starts.push_back(0);
  for (const auto& input : inputs) {
    for (std::size_t i = 0; i < input.tokens.size(); ++i) {
      ids.push_back(input.tokens[i]);
      positions.push_back(static_cast<std::int64_t>(i));
    }
    starts.push_back(static_cast<std::int64_t>(ids.size()));
  }
}

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
  if (config.window > 0 && config.window < longest_) {
    const at::Tensor position = at::arange(longest_, ids_.options());
    const at::Tensor back = position.unsqueeze(1) - position.unsqueeze(0);
    windowed_ = (back >= 0) & (back < config.window);
  }
}

const at::Tensor& TrainingBatch::visible(int layer) const {
  return config_.window_of(layer) > 0 ? windowed_ : everything_;
}

namespace {

bool fast(const at::Tensor& x) { return x.is_cpu() && x.scalar_type() == at::kFloat; }

}  // namespace

at::Tensor trained_rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  if (fast(x)) return trained_rms_norm_cpu(x, weight, epsilon);
  return at::rms_norm(x, {x.size(-1)}, weight, epsilon);
}

at::Tensor trained_swiglu(const at::Tensor& gate_up) {
  if (fast(gate_up)) return trained_swiglu_cpu(gate_up);
  const auto halves = gate_up.chunk(2, -1);
  return at::silu(halves[0]) * halves[1];
}

Projections trained_projections_generic(const at::Tensor& merged, const LayerWeights& block,
                                        const TrainingBatch& batch) {
  const ModelConfig& config = batch.config();
  const std::int64_t rows = merged.size(0), sequences = static_cast<std::int64_t>(batch.starts().size()) - 1;
  const at::ScalarType type = merged.scalar_type();
  const at::Tensor wide_merged = merged.to(at::kFloat);  // norms and rotations lose too much in shorter types
  const auto heads = [&](std::int64_t start, std::int64_t count) {
    return wide_merged.narrow(1, start, count * config.head_width).reshape({rows, count, config.head_width});
  };
  const auto norm = [&](const at::Tensor& x, const at::Tensor& weight) {
    return at::rms_norm(x, {x.size(-1)}, weight.to(at::kFloat), config.norm_epsilon);
  };
  at::Tensor query = heads(0, config.heads), key = heads(config.query_width(), config.kv_heads);
  const at::Tensor value = heads(config.query_width() + config.kv_width(), config.kv_heads);
  if (config.qk_norm) {
    query = norm(query, block.query_norm);
    key = norm(key, block.key_norm);
  }
  const auto rotated = [&](const at::Tensor& x) {
    const std::int64_t half = config.rotary_width() / 2;
    const at::Tensor a = x.narrow(-1, 0, half), b = x.narrow(-1, half, half);
    const at::Tensor still = x.narrow(-1, 2 * half, config.head_width - 2 * half);
    return at::cat({a * batch.cosine() - b * batch.sine(), b * batch.cosine() + a * batch.sine(), still}, -1);
  };
  const auto padded = [&](const at::Tensor& x) {
    const at::Tensor wide = at::zeros({sequences * batch.longest(), x.size(1), x.size(2)}, x.options());
    return wide.index_copy(0, batch.padded_index(), x)
        .reshape({sequences, batch.longest(), x.size(1), x.size(2)})
        .transpose(1, 2)
        .to(type);
  };
  return {padded(rotated(query)), padded(rotated(key)), padded(value)};
}

at::Tensor trained_attention(const at::Tensor& merged, const Weights& weights, int layer, const TrainingBatch& batch) {
  const ModelConfig& config = batch.config();
  const LayerWeights& block = weights.layers[static_cast<std::size_t>(layer)];
  const std::int64_t sequences = static_cast<std::int64_t>(batch.starts().size()) - 1;
  const auto [query, key, value] =
      (fast(merged) ? trained_projections_cpu : trained_projections_generic)(merged, block, batch);
  const auto spread = [&](const at::Tensor& x) {
    return config.heads == config.kv_heads ? x : x.repeat_interleave(config.heads / config.kv_heads, 1);
  };
  const at::Tensor& visible = batch.visible(layer);
  const at::Tensor mixed = at::scaled_dot_product_attention(
      query, spread(key), spread(value), visible.defined() ? std::optional(visible) : std::nullopt, 0.0,
      /*is_causal=*/!visible.defined());
  return mixed.transpose(1, 2)
      .reshape({sequences * batch.longest(), config.query_width()})
      .index_select(0, batch.padded_index());
}

}  // namespace espalier::models
