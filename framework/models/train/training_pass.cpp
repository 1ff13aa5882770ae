#include "models/train/training_pass.hpp"

#include <c10/core/GradMode.h>

#include <algorithm>
#include <utility>

namespace espalier::models {
namespace {

int positions(const Pack& pack) { return static_cast<int>(*std::ranges::max_element(pack.positions)) + 1; }

TrainingBatch batch_of(const Pack& pack, const Weights& weights, RotaryTable& rotary) {
  rotary.reach(positions(pack));
  return TrainingBatch(pack, weights.config, rotary, weights.device());
}

// The updates of one merged matrix side by side, [rows, outputs], zero where a part has none.
at::Tensor updated(const at::Tensor& x, const std::vector<LowRank>& updates, double scale, std::int64_t outputs) {
  std::vector<at::Tensor> parts;
  std::int64_t done = 0;
  const auto fill = [&](std::int64_t until) {
    if (until > done) parts.push_back(at::zeros({x.size(0), until - done}, x.options().requires_grad(false)));
    done = until;
  };
  for (const LowRank& update : updates) {
    fill(update.first);
    const at::Tensor low = at::linear(x, update.a.to(x.scalar_type()));
    parts.push_back(at::linear(low, update.b.to(x.scalar_type())) * scale);
    done += update.b.size(0);
  }
  fill(outputs);
  return parts.size() == 1 ? parts.front() : at::cat(parts, 1);
}

}  // namespace

TrainingPass::TrainingPass(const Weights& weights, const Adapter* adapter, const Pack& pack, RotaryTable& rotary,
                           const GradientSpec& gradient)
    : weights_(weights),
      adapter_(adapter),
      batch_(batch_of(pack, weights, rotary)),
      mixed_(gradient.mixed),
      recompute_(gradient.recompute && c10::GradMode::is_enabled()) {
  embedded_ = embeddings(weights, adapter, pack.ids).to(at::kFloat);
  at::Tensor x = recompute_ ? embedded_.detach() : embedded_;
  {
    const c10::AutoGradMode record(c10::GradMode::is_enabled() && !recompute_);
    for (std::size_t layer = 0; layer < weights.layers.size(); ++layer) {
      if (recompute_) inputs_.push_back(x);
      x = block(layer, x);
    }
  }
  last_ = recompute_ ? x.detach().set_requires_grad(true) : x;
  hidden_ = trained_rms_norm(last_, weights.final_norm.to(at::kFloat), weights.config.norm_epsilon);
}

void TrainingPass::carry_back() {
  if (!recompute_ || !last_.grad().defined()) return;
  at::Tensor gradient = last_.grad();
  while (!inputs_.empty()) {
    const at::Tensor input = std::move(inputs_.back()).set_requires_grad(true);
    inputs_.pop_back();
    block(inputs_.size(), input).backward(gradient);
    gradient = input.grad();
  }
  if (embedded_.requires_grad()) embedded_.backward(gradient);
}

at::Tensor TrainingPass::product(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                 std::vector<LowRank> LayerUpdates::*updates, std::size_t layer) const {
  const at::ScalarType type = mixed_ ? at::kBFloat16 : weight.scalar_type();
  const at::Tensor given = x.to(type), matrix = weight.to(type);
  const at::Tensor y = bias.defined() ? at::linear(given, matrix, bias.to(type)) : at::linear(given, matrix);
  if (adapter_ == nullptr || adapter_->layers.empty() || (adapter_->layers[layer].*updates).empty()) return y;
  return y + updated(given, adapter_->layers[layer].*updates, adapter_->scale, y.size(1));
}

// stream + product(x). Where nothing else is to be added, the product of matrices does the sum.
at::Tensor TrainingPass::added(const at::Tensor& stream, const at::Tensor& x, const at::Tensor& weight,
                               const at::Tensor& bias, std::vector<LowRank> LayerUpdates::*updates,
                               std::size_t layer) const {
  const bool updated = adapter_ != nullptr && !adapter_->layers.empty();
  if (updated || mixed_ || bias.defined() || weight.scalar_type() != at::kFloat)
    return stream + product(x, weight, bias, updates, layer);
  return at::addmm(stream, x, weight.t());
}

at::Tensor TrainingPass::block(std::size_t layer, const at::Tensor& x) const {
  const LayerWeights& block = weights_.layers[layer];
  const double epsilon = weights_.config.norm_epsilon;
  const at::Tensor normed = trained_rms_norm(x, block.attention_norm.to(at::kFloat), epsilon);
  const at::Tensor merged = product(normed, block.qkv, block.qkv_bias, &LayerUpdates::qkv, layer);
  const at::Tensor mixed = trained_attention(merged, weights_, static_cast<int>(layer), batch_);
  const at::Tensor middle = added(x, mixed, block.output, block.output_bias, &LayerUpdates::output, layer);
  const at::Tensor fed = product(trained_rms_norm(middle, block.mlp_norm.to(at::kFloat), epsilon), block.gate_up,
                                 block.gate_up_bias, &LayerUpdates::gate_up, layer);
  return added(middle, trained_swiglu(fed), block.down, block.down_bias, &LayerUpdates::down, layer);
}

}  // namespace espalier::models
