#pragma once

#include <ATen/ATen.h>

#include <espalier/trunk.hpp>
#include <span>
#include <vector>

#include "neural/model.hpp"

namespace espalier::neural {

/// What is read off the trunk at one position; the part of a reader that has weights.
struct Head {
  ReaderSpec::Output output = ReaderSpec::Output::token_logprob;
  at::Tensor weight;  ///< [outputs, width] float32, for Output::linear
  at::Tensor bias;    ///< [outputs]

  /// Draws the weights that `spec` asks for. Throws std::invalid_argument if it asks for fewer than one output.
  static Head make(const ReaderSpec& spec, const ModelConfig& config, at::Device device);
  int outputs() const { return output == ReaderSpec::Output::linear ? static_cast<int>(weight.size(0)) : 1; }
};

/// Throws std::invalid_argument, naming the reading, unless tokens and positions are in range and positions ascend.
void check_readings(std::span<const Reading> readings, const ModelConfig& config);

/// Reads all readings without gradients and returns the head's outputs: readings in order, their positions in order, a
/// row each. Reads in chunks, and does not read again what the model's cache remembers.
std::vector<float> read_outputs(Model& model, const Head& head, std::span<const Reading> readings);

/// Returns log p(token at each wanted position | tokens before it); 0 at position 0. `hidden` has a row per wanted
/// position p > 0: the state at p - 1.
std::vector<float> token_logprobs(const Decoder& decoder, const at::Tensor& hidden, std::span<const std::int64_t> rows,
                                  std::span<const std::int32_t> targets);

}  // namespace espalier::neural
