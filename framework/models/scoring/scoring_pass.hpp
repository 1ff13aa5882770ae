#pragma once

#include <ATen/ATen.h>

#include <espalier/base_model.hpp>
#include <span>
#include <vector>

#include "models/checkpoint/head.hpp"
#include "models/decode/decoder.hpp"

namespace espalier::models {

/// Throws std::invalid_argument, naming the input, unless tokens and positions are in range and positions ascend. Own
/// tokens of `adapter` (null: none) may be beyond the vocabulary, but not at wanted positions that are `scored`: they
/// have no log-probability.
void check_inputs(std::span<const ModelInput> inputs, const ModelConfig& config, const Adapter* adapter, bool scored);

/// Reads all inputs without gradients and returns the head's outputs: inputs in order, their positions in order, a
/// row each. Reads in chunks, and does not read again what the decoder's cache remembers. Inputs must have passed
/// `check_readings`.
std::vector<float> read_outputs(Decoder& decoder, const Head& head, std::span<const ModelInput* const> inputs);

/// Returns log p(token at each wanted position | tokens before it); 0 at position 0. `hidden` has a row per wanted
/// position p > 0: the state at p - 1.
std::vector<float> token_logprobs(const Decoder& decoder, const at::Tensor& hidden, std::span<const std::int64_t> rows,
                                  std::span<const std::int32_t> targets);

}  // namespace espalier::models
