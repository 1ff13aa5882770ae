#pragma once

#include <ATen/ATen.h>

#include <espalier/trunk.hpp>
#include <span>
#include <vector>

#include "neural/rotary.hpp"
#include "neural/weights.hpp"

namespace espalier::neural {

/// Token lists laid end to end, so that no row of a training step is padding: sequences see themselves only.
struct Pack {
  std::vector<std::int64_t> ids, positions;  ///< by row
  std::vector<std::int64_t> starts;          ///< first row of each sequence, and the number of rows at the end

  explicit Pack(std::span<const Reading> readings);
  std::int64_t rows() const { return static_cast<std::int64_t>(ids.size()); }
  std::int64_t sequences() const { return static_cast<std::int64_t>(starts.size()) - 1; }
};

/// The forward pass that records gradients: hidden states after the final norm, [rows, width].
at::Tensor training_pass(const Weights& weights, const Pack& pack, RotaryTable& rotary);

}  // namespace espalier::neural
