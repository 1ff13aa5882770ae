#pragma once

#include <ATen/ATen.h>

#include "models/files/config.hpp"

namespace espalier::models {

/// Cosines and sines of rotary position embedding, times its attention factor, [positions, rotary_width / 2], computed
/// in float32 as transformers does.
class RotaryTable {
 public:
  RotaryTable(const ModelConfig& config, at::Device device);
  /// Makes sure that `positions` positions are there.
  void reach(int positions);
  std::int64_t positions() const { return cosine_.defined() ? cosine_.size(0) : 0; }
  const at::Tensor& cosine() const { return cosine_; }
  const at::Tensor& sine() const { return sine_; }

 private:
  at::Tensor frequencies_, cosine_, sine_;
  double factor_;
  at::Device device_;
};

}  // namespace espalier::models
