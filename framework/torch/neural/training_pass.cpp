#include "neural/training_pass.hpp"

#include <algorithm>

#include "neural/training_kernels.hpp"

namespace espalier::neural {

Pack::Pack(std::span<const Reading> readings) {
  starts.push_back(0);
  for (const auto& reading : readings) {
    for (std::size_t i = 0; i < reading.tokens.size(); ++i) {
      ids.push_back(reading.tokens[i]);
      positions.push_back(static_cast<std::int64_t>(i));
    }
    starts.push_back(static_cast<std::int64_t>(ids.size()));
  }
}

namespace {

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return bias.defined() ? at::linear(x, weight, bias) : at::linear(x, weight);
}

// stream + linear(x), the sum being done by the matrix product.
at::Tensor added(const at::Tensor& stream, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const at::Tensor sum = at::addmm(stream, x, weight.t());
  return bias.defined() ? sum + bias : sum;
}

}  // namespace

at::Tensor training_pass(const Weights& weights, const Pack& pack, RotaryTable& rotary) {
  const ModelConfig& config = weights.config;
  rotary.reach(static_cast<int>(*std::ranges::max_element(pack.positions)) + 1);
  const TrainingBatch batch(pack, config, rotary, weights.device());
  at::Tensor x = at::embedding(weights.embedding, batch.ids());
  for (const LayerWeights& block : weights.layers) {
    const at::Tensor normed = trained_rms_norm(x, block.attention_norm, config.norm_epsilon);
    const at::Tensor merged = linear(normed, block.qkv, block.qkv_bias);
    x = added(x, trained_attention(merged, block, batch), block.output, block.output_bias);
    const at::Tensor fed =
        linear(trained_rms_norm(x, block.mlp_norm, config.norm_epsilon), block.gate_up, block.gate_up_bias);
    x = added(x, trained_swiglu(fed), block.down, block.down_bias);
  }
  return trained_rms_norm(x, weights.final_norm, config.norm_epsilon);
}

}  // namespace espalier::neural
