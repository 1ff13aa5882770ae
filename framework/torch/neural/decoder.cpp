#include "neural/decoder.hpp"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <stdexcept>

#include "neural/head.hpp"
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

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const StackedUpdate& update) {
  at::Tensor y = at::linear(x, weight);
  if (bias.defined()) y.add_(bias);
  update.add(x, y);
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

Decoder::Decoder(std::shared_ptr<const Weights> weights, std::shared_ptr<const Adapter> adapter,
                 std::int64_t cache_bytes)
    : weights_(std::move(weights)),
      adapter_(std::move(adapter)),
      cache_(weights_->config, weights_->device(), weights_->dtype(), cache_bytes),
      rotary_(weights_->config, weights_->device()) {}

void Decoder::forget() {
  cache_.forget();
  updates_.clear();
}

void Decoder::prepare() {
  if (!updates_.empty()) return;
  updates_.resize(weights_->layers.size());
  if (!adapter_) return;
  for (std::size_t i = 0; i < adapter_->layers.size(); ++i) {
    const LayerUpdates& layer = adapter_->layers[i];
    const auto stacked = [&](const std::vector<LowRank>& updates) {
      return StackedUpdate(updates, adapter_->scale, weights_->dtype());
    };
    updates_[i] = {stacked(layer.qkv), stacked(layer.output), stacked(layer.gate_up), stacked(layer.down)};
  }
}

at::Tensor Decoder::read(std::span<const Feed> feeds) {
  const c10::InferenceMode no_gradients;
  prepare();
  const ModelConfig& config = weights_->config;
  Rows rows;
  std::vector<std::int64_t> ids;
  int longest = 0;
  for (const Feed& feed : feeds) {
    for (const auto token : feed.tokens)
      if (token < 0 || (token >= config.vocabulary && !(adapter_ && adapter_->owns(token))))
        throw std::out_of_range("token " + std::to_string(token) + " is not in the vocabulary of " +
                                std::to_string(config.vocabulary));
    const int start = feed.sequence->length();
    feed.sequence->append(feed.tokens);
    const int sequence = static_cast<int>(rows.sequences.size());
    rows.sequences.push_back(feed.sequence);
    for (std::size_t i = 0; i < feed.tokens.size(); ++i) {
      ids.push_back(feed.tokens[i]);
      rows.sequence_of.push_back(sequence);
      rows.position_of.push_back(start + static_cast<int>(i));
    }
    longest = std::max(longest, feed.sequence->length());
  }
  rotary_.reach(longest);
  ids.resize(static_cast<std::size_t>(padded_rows(static_cast<std::int64_t>(ids.size()))), 0);
  at::Tensor x = embeddings(*weights_, adapter_.get(), ids);
  for (int layer = 0; layer < config.layers; ++layer) {
    x.add_(attention(layer, x, rows));
    x.add_(feed_forward(layer, x));
  }
  return rms_norm_rows(x, weights_->final_norm, config.norm_epsilon);
}

at::Tensor Decoder::embed(std::span<const std::int32_t> tokens) const {
  const c10::InferenceMode no_gradients;
  return embeddings(*weights_, adapter_.get(), std::vector<std::int64_t>(tokens.begin(), tokens.end()));
}

at::Tensor Decoder::attention(int layer, const at::Tensor& x, const Rows& rows) {
  const LayerWeights& block = weights_->layers[static_cast<std::size_t>(layer)];
  const Updates& updates = updates_[static_cast<std::size_t>(layer)];
  const at::Tensor normed = rms_norm_rows(x, block.attention_norm, weights_->config.norm_epsilon);
  const at::Tensor merged = linear(normed, block.qkv, block.qkv_bias, updates.qkv);
  return linear(attend(merged, rows, layer, *weights_, cache_, rotary_), block.output, block.output_bias,
                updates.output);
}

at::Tensor Decoder::feed_forward(int layer, const at::Tensor& x) const {
  const LayerWeights& block = weights_->layers[static_cast<std::size_t>(layer)];
  const Updates& updates = updates_[static_cast<std::size_t>(layer)];
  const at::Tensor normed = rms_norm_rows(x, block.mlp_norm, weights_->config.norm_epsilon);
  const at::Tensor inner = swiglu_rows(linear(normed, block.gate_up, block.gate_up_bias, updates.gate_up));
  return linear(inner, block.down, block.down_bias, updates.down);
}

at::Tensor Decoder::logits(const at::Tensor& hidden, std::span<const std::int64_t> rows) const {
  const c10::InferenceMode no_gradients;
  const auto count = static_cast<std::int64_t>(rows.size());
  const at::Tensor index =
      at::tensor(at::ArrayRef<std::int64_t>(rows.data(), rows.size()), at::kLong).to(hidden.device());
  const at::Tensor chosen = pad_rows(hidden.index_select(0, index));
  const at::Tensor logits = at::linear(chosen, weights_->head.detach()).narrow(0, 0, count).to(at::kFloat).cpu();
  if (adapter_) replace_own(chosen, logits);
  return logits;
}

// Puts the logits of own tokens in their columns.
void Decoder::replace_own(const at::Tensor& states, const at::Tensor& logits) const {
  const auto own = own_outputs(*weights_, *adapter_);
  if (own.empty()) return;
  const at::Tensor wide = states.to(at::kFloat).cpu().contiguous();
  const at::Tensor table = adapter_->rows.detach().index_select(0, at::tensor(own, at::kLong).to(weights_->device()));
  const LinearHead head{table.cpu(), at::zeros({table.size(0)}, at::kFloat)};
  std::vector<float> columns(own.size());
  for (std::int64_t row = 0; row < logits.size(0); ++row) {
    head.apply(wide.const_data_ptr<float>() + row * wide.size(1), columns.data());
    float* const to = logits.mutable_data_ptr<float>() + row * logits.size(1);
    for (std::size_t i = 0; i < own.size(); ++i) to[adapter_->tokens[static_cast<std::size_t>(own[i])]] = columns[i];
  }
}

}  // namespace espalier::neural
