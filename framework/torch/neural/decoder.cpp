#include "neural/decoder.hpp"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <stdexcept>

#include "neural/attention.hpp"
#include "neural/linear.hpp"
#include "neural/row_kernels.hpp"

namespace espalier::neural {
namespace {

bool fast(const at::Tensor& x) { return x.is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous(); }

at::Tensor swiglu_rows(const at::Tensor& gate_up) {
  const std::int64_t rows = gate_up.size(0), width = gate_up.size(1) / 2;
  if (!fast(gate_up)) return at::silu(gate_up.narrow(1, 0, width)) * gate_up.narrow(1, width, width);
  at::Tensor out = at::empty({rows, width}, gate_up.options());
  const float* const in = gate_up.const_data_ptr<float>();
  float* const to = out.mutable_data_ptr<float>();
  at::parallel_for(0, rows, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row)
      row_kernels().swiglu(in + row * 2 * width, in + row * 2 * width + width, static_cast<int>(width),
                           to + row * width);
  });
  return out;
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  at::Tensor y = at::linear(x, weight);
  if (bias.defined()) y.add_(bias);
  return y;
}

}  // namespace

at::Tensor rms_norm_rows(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  if (!fast(x)) {
    const at::Tensor wide = x.to(at::kFloat);
    return (wide * at::rsqrt(wide.square().mean(-1, true) + epsilon)).to(x.scalar_type()) * weight;
  }
  at::Tensor out = at::empty_like(x);
  const std::int64_t width = x.size(-1), rows = x.numel() / width;
  const float* const in = x.const_data_ptr<float>();
  const float* const scale = weight.const_data_ptr<float>();
  float* const to = out.mutable_data_ptr<float>();
  at::parallel_for(0, rows, 64, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row)
      row_kernels().rms_norm(in + row * width, scale, static_cast<float>(epsilon), static_cast<int>(width),
                             to + row * width);
  });
  return out;
}

struct Decoder::Batch {
  Rows rows;
};

Decoder::Decoder(std::shared_ptr<const Weights> weights)
    : weights_(std::move(weights)),
      cache_(weights_->config, weights_->device(), weights_->dtype()),
      rotary_(weights_->config, weights_->device()) {}

at::Tensor Decoder::read(std::span<const Feed> feeds) {
  const c10::InferenceMode no_gradients;
  const ModelConfig& config = weights_->config;
  Batch batch;
  std::vector<std::int64_t> ids;
  int longest = 0;
  for (const Feed& feed : feeds) {
    const int start = feed.sequence->length();
    feed.sequence->append(feed.tokens);
    const int sequence = static_cast<int>(batch.rows.sequences.size());
    batch.rows.sequences.push_back(feed.sequence);
    for (std::size_t i = 0; i < feed.tokens.size(); ++i) {
      if (feed.tokens[i] < 0 || feed.tokens[i] >= config.vocabulary)
        throw std::out_of_range("token " + std::to_string(feed.tokens[i]) + " is not in the vocabulary of " +
                                std::to_string(config.vocabulary));
      ids.push_back(feed.tokens[i]);
      batch.rows.sequence_of.push_back(sequence);
      batch.rows.position_of.push_back(start + static_cast<int>(i));
    }
    longest = std::max(longest, feed.sequence->length());
  }
  rotary_.reach(longest);
  ids.resize(static_cast<std::size_t>(padded_rows(static_cast<std::int64_t>(ids.size()))), 0);
  at::Tensor x = weights_->embedding.detach().index_select(0, at::tensor(ids, at::kLong).to(weights_->device()));
  for (int layer = 0; layer < config.layers; ++layer) {
    x.add_(attention(layer, x, batch));
    x.add_(feed_forward(layer, x));
  }
  return rms_norm_rows(x, weights_->final_norm, config.norm_epsilon);
}

at::Tensor Decoder::embeddings(std::span<const std::int32_t> tokens) const {
  const std::vector<std::int64_t> ids(tokens.begin(), tokens.end());
  return weights_->embedding.detach().index_select(0, at::tensor(ids, at::kLong).to(weights_->device()));
}

at::Tensor Decoder::attention(int layer, const at::Tensor& x, const Batch& batch) {
  const LayerWeights& block = weights_->layers[static_cast<std::size_t>(layer)];
  const at::Tensor normed = rms_norm_rows(x, block.attention_norm, weights_->config.norm_epsilon);
  const at::Tensor merged = linear(normed, block.qkv, block.qkv_bias);
  return linear(attend(merged, batch.rows, layer, *weights_, cache_, rotary_), block.output, block.output_bias);
}

at::Tensor Decoder::feed_forward(int layer, const at::Tensor& x) const {
  const LayerWeights& block = weights_->layers[static_cast<std::size_t>(layer)];
  const at::Tensor normed = rms_norm_rows(x, block.mlp_norm, weights_->config.norm_epsilon);
  return linear(swiglu_rows(linear(normed, block.gate_up, block.gate_up_bias)), block.down, block.down_bias);
}

at::Tensor Decoder::logits(const at::Tensor& hidden, std::span<const std::int64_t> rows) const {
  const c10::InferenceMode no_gradients;
  const auto count = static_cast<std::int64_t>(rows.size());
  const at::Tensor index =
      at::tensor(at::ArrayRef<std::int64_t>(rows.data(), rows.size()), at::kLong).to(hidden.device());
  const at::Tensor chosen = pad_rows(hidden.index_select(0, index));
  return at::linear(chosen, weights_->head.detach()).narrow(0, 0, count).to(at::kFloat).cpu();
}

}  // namespace espalier::neural
