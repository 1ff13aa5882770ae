#pragma once

#include <ATen/ATen.h>

#include <espalier/base_model.hpp>
#include <span>
#include <vector>

#include "models/attention/rotary.hpp"
#include "models/checkpoint/adapter.hpp"
#include "models/checkpoint/weights.hpp"
#include "models/train/training_kernels.hpp"

namespace espalier::models {

/// The forward pass that records what gradients need. Every product of matrices is done in the type of its weights, or
/// in bfloat16 where gradients are `mixed`; all else in float32.
class TrainingPass {
 public:
  /// Reads the pack. `adapter` may be null; all references must outlive the pass.
  TrainingPass(const Weights& weights, const Adapter* adapter, const Pack& pack, RotaryTable& rotary,
               const GradientSpec& gradient);

  /// The states after the final norm, [rows, width] float32.
  const at::Tensor& hidden() const { return hidden_; }
  /// To be called once after the backward pass through what was made of `hidden`: takes the gradient on through the
  /// blocks, each computed again, if they were not recorded.
  void carry_back();

 private:
  at::Tensor product(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                     std::vector<LowRank> LayerUpdates::*updates, std::size_t layer) const;
  at::Tensor added(const at::Tensor& stream, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                   std::vector<LowRank> LayerUpdates::*updates, std::size_t layer) const;
  at::Tensor block(std::size_t layer, const at::Tensor& x) const;

  const Weights& weights_;
  const Adapter* adapter_;
  TrainingBatch batch_;
  bool mixed_, recompute_;
  at::Tensor embedded_, last_, hidden_;  // before the first block, after the last, after the final norm
  std::vector<at::Tensor> inputs_;       // of the blocks, where they are computed again
};

}  // namespace espalier::models
