#pragma once

#include "models/checkpoint/tensor_source.hpp"

namespace espalier::models {

struct Weights;

/// Whether `source` has the tensors of `wanted` in their shapes, and no others of a decoder ("model.", "lm_head.") but
/// what changes nothing: buffers that can be computed, and an output head that equals the embedding table it is tied
/// to. What lies beside the decoder, such as heads of reward models, is the business of who reads that. Throws
/// CheckpointError naming what is missing, of another shape, or unexpected.
void check_tensors(const TensorSource& source, const Weights& wanted);

}  // namespace espalier::models
