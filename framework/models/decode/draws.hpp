#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <espalier/language_model.hpp>
#include <span>
#include <vector>

#include "models/decode/sampler.hpp"

namespace espalier::models {

/// One token to be drawn from a row of logits; arguments as of `draw_token`.
struct Draw {
  std::int64_t row;
  const Sampling* sampling;
  double uniform;
  std::vector<std::int32_t> seen;  ///< with a repetition penalty only
};

/// Draws from rows of `logits` ([rows, vocabulary] float32) where they lie: on the CPU by `draw_token`, elsewhere by
/// `draw_tokens_batched`.
std::vector<Drawn> draw_tokens(const at::Tensor& logits, std::span<const Draw> draws, double penalty);

/// What `draw_token` does, as tensor arithmetic on any device. Draws the same tokens up to rounding: of equally
/// probable ones any may come first, and a `uniform` that falls between two tokens may give either.
std::vector<Drawn> draw_tokens_batched(const at::Tensor& logits, std::span<const Draw> draws, double penalty);

/// Returns log p(targets[i]) of row i of `logits`, at most 0.
std::vector<float> logprobs_of(const at::Tensor& logits, std::span<const std::int32_t> targets);

}  // namespace espalier::models
