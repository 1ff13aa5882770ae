#include "models/decode/decoder.hpp"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <stdexcept>

#include "models/checkpoint/head.hpp"
#include "models/device/linear.hpp"
#include "models/device/row_kernels.hpp"

namespace espalier::models {
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
  at::Tensor y = x.is_cuda() && bias.defined() ? at::linear(x, weight, bias) : at::linear(x, weight);
  if (!x.is_cuda() && bias.defined()) y.add_(bias);
  update.add(x, y);
  return y;
}

// stream += linear(x). On a GPU the product of matrices does the sum; on the CPU that would be slower.
void add_linear(const at::Tensor& stream, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                const StackedUpdate& update) {
  if (!x.is_cuda()) {
    stream.add_(linear(x, weight, bias, update));
    return;
  }
  stream.addmm_(x, weight.t());
  if (bias.defined()) stream.add_(bias);
  update.add(x, stream);
}

}  // namespace

at::Tensor rms_norm_rows(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  if (!fast(x)) return at::rms_norm(x, {x.size(-1)}, weight, epsilon);
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

Decoder::Decoder(std::shared_ptr<const Weights> weights, std::shared_ptr<const Adapter> adapter, CacheLimits cache)
    : Decoder(weights, std::move(adapter), std::move(cache), page_layout(weights->device(), weights->dtype()),
              graph_capture_for(weights->device())) {}

Decoder::Decoder(std::shared_ptr<const Weights> weights, std::shared_ptr<const Adapter> adapter, CacheLimits cache,
                 PageLayout layout, GraphCapture capture)
    : weights_(std::move(weights)),
      adapter_(std::move(adapter)),
      cache_(weights_->config, layout, weights_->device(), weights_->dtype(), std::move(cache)),
      rotary_(weights_->config, weights_->device()),
      steps_(std::move(capture)) {}

void Decoder::forget() {
  cache_.forget();
  updates_.clear();
  steps_.forget();
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
  for (const Feed& feed : feeds)
    for (const auto token : feed.tokens)
      if (token < 0 || (token >= config.vocabulary && !(adapter_ && adapter_->owns(token))))
        throw std::out_of_range("token " + std::to_string(token) + " is not in the vocabulary of " +
                                std::to_string(config.vocabulary));
  // Single rows that can be recorded are a pass of their own.
  const bool recorded = steps_ && cache_.layout() == PageLayout::rows;
  Batch single, other;
  std::int64_t rows = 0;
  for (const Feed& feed : feeds) {
    (recorded && feed.tokens.size() == 1 ? single : other).add(feed, rows);
    rows += std::ssize(feed.tokens);
  }
  cache_.settle();
  rotary_.reach(std::max(single.longest, other.longest));
  if (single.ids.empty()) return pass(other);
  if (other.ids.empty()) return recorded_pass(single);
  const at::Tensor hidden = at::zeros({padded_rows(rows), config.width}, weights_->final_norm.options());
  const auto put = [&](const Batch& batch, const at::Tensor& states) {
    hidden.index_copy_(0, at::tensor(batch.places, at::kLong).to(hidden.device()),
                       states.narrow(0, 0, std::ssize(batch.places)));
  };
  put(single, recorded_pass(single));
  put(other, pass(other));
  return hidden;
}

void Decoder::Batch::add(const Feed& feed, std::int64_t place) {
  const int start = feed.sequence->length(), sequence = static_cast<int>(rows.sequences.size());
  feed.sequence->append(feed.tokens);
  rows.sequences.push_back(feed.sequence);
  for (std::size_t i = 0; i < feed.tokens.size(); ++i) {
    ids.push_back(feed.tokens[i]);
    places.push_back(place + static_cast<std::int64_t>(i));
    rows.sequence_of.push_back(sequence);
    rows.position_of.push_back(start + static_cast<int>(i));
  }
  longest = std::max(longest, feed.sequence->length());
}

at::Tensor Decoder::pass(Batch& batch) {
  batch.ids.resize(static_cast<std::size_t>(padded_rows(std::ssize(batch.ids))), 0);
  const at::Tensor x = embeddings(*weights_, adapter_.get(), batch.ids);
  if (cache_.layout() == PageLayout::transposed)
    return blocks(x, [&](const at::Tensor& merged, int layer) {
      return attend_cpu(merged, batch.rows, layer, *weights_, cache_, rotary_);
    });
  BatchedAttention attention(batch.rows, x.size(0), *weights_);
  return attended_pass(x, attention, at::tensor(attention.numbers(), at::kLong).to(x.device()));
}

at::Tensor Decoder::attended_pass(const at::Tensor& x, BatchedAttention& attention, const at::Tensor& numbers) const {
  attention.prepare(numbers, rotary_);
  return blocks(x, [&](const at::Tensor& merged, int layer) { return attention(merged, layer, *weights_, cache_); });
}

at::Tensor Decoder::recorded_pass(Batch& batch) {
  const std::int64_t count = CapturedSteps::padded(std::ssize(batch.ids), kRowPadding);
  const std::int64_t pages = CapturedSteps::padded((batch.longest + kPage - 1) / kPage, 2);
  BatchedAttention attention(batch.rows, count, *weights_, pages);
  if (!attention.uniform()) return pass(batch);
  // What passes read and write has moved.
  if (const std::pair now(cache_.rows(0).const_data_ptr(), rotary_.cosine().const_data_ptr()); now != steps_for_) {
    steps_.forget();
    steps_for_ = now;
  }
  batch.ids.resize(static_cast<std::size_t>(count), 0);
  return steps_.run(std::move(attention), embeddings(*weights_, adapter_.get(), batch.ids),
                    [this](const at::Tensor& x, BatchedAttention& attends, const at::Tensor& numbers) {
                      return attended_pass(x, attends, numbers);
                    });
}

template <class Attend>
at::Tensor Decoder::blocks(const at::Tensor& x, const Attend& attend) const {
  for (int layer = 0; layer < weights_->config.layers; ++layer) {
    add_attention(layer, x, attend);
    add_feed_forward(layer, x);
  }
  return rms_norm_rows(x, weights_->final_norm, weights_->config.norm_epsilon);
}

at::Tensor Decoder::embed(std::span<const std::int32_t> tokens) const {
  const c10::InferenceMode no_gradients;
  return embeddings(*weights_, adapter_.get(), std::vector<std::int64_t>(tokens.begin(), tokens.end()));
}

template <class Attend>
void Decoder::add_attention(int layer, const at::Tensor& x, const Attend& attend) const {
  const LayerWeights& block = weights_->layers[static_cast<std::size_t>(layer)];
  const Updates& updates = updates_[static_cast<std::size_t>(layer)];
  const at::Tensor normed = rms_norm_rows(x, block.attention_norm, weights_->config.norm_epsilon);
  const at::Tensor merged = linear(normed, block.qkv, block.qkv_bias, updates.qkv);
  add_linear(x, attend(merged, layer), block.output, block.output_bias, updates.output);
}

void Decoder::add_feed_forward(int layer, const at::Tensor& x) const {
  const LayerWeights& block = weights_->layers[static_cast<std::size_t>(layer)];
  const Updates& updates = updates_[static_cast<std::size_t>(layer)];
  const at::Tensor normed = rms_norm_rows(x, block.mlp_norm, weights_->config.norm_epsilon);
  const at::Tensor inner = swiglu_rows(linear(normed, block.gate_up, block.gate_up_bias, updates.gate_up));
  add_linear(x, inner, block.down, block.down_bias, updates.down);
}

at::Tensor Decoder::logits(const at::Tensor& hidden, std::span<const std::int64_t> rows) const {
  const c10::InferenceMode no_gradients;
  const auto count = static_cast<std::int64_t>(rows.size());
  const at::Tensor index =
      at::tensor(at::ArrayRef<std::int64_t>(rows.data(), rows.size()), at::kLong).to(hidden.device());
  const at::Tensor chosen = pad_rows(hidden.index_select(0, index));
  const at::Tensor logits = at::linear(chosen, weights_->head.detach()).narrow(0, 0, count).to(at::kFloat);
  if (adapter_) replace_own(chosen, logits);
  return logits;
}

// Puts the logits of own tokens in their columns.
void Decoder::replace_own(const at::Tensor& states, const at::Tensor& logits) const {
  const auto own = own_outputs(*weights_, *adapter_);
  if (own.empty()) return;
  const at::Device device = logits.device();
  const at::Tensor table = adapter_->rows.detach().index_select(0, at::tensor(own, at::kLong).to(device));
  std::vector<std::int64_t> columns;
  for (const auto i : own) columns.push_back(adapter_->tokens[static_cast<std::size_t>(i)]);
  const at::Tensor wide = states.narrow(0, 0, logits.size(0)).to(at::kFloat);
  logits.index_copy_(1, at::tensor(columns, at::kLong).to(device), LinearHead{table, {}}.of_rows(wide));
}

}  // namespace espalier::models
