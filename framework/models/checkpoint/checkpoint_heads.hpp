#pragma once

#include "models/checkpoint/head.hpp"
#include "models/checkpoint/tensor_source.hpp"
#include "models/checkpoint/weights.hpp"

namespace espalier::models {

/// The name of the head that a tensor beside the decoder belongs to: "score" for score.weight, score.bias and
/// score.2.weight, "v_head.summary" for v_head.summary.weight. Empty for what can be none.
std::string head_of_tensor(const std::string& tensor);

/// Whether a checkpoint brings a head along in place of the one that gives logits, as reward models do: then it may be
/// untied and lack that one, and the embedding table stands in for it.
bool lacks_output_head(const TensorSource& source);

/// Reads the heads that a checkpoint has beside its decoder, in float32 on the weights' device: layers are
/// NAME.weight, or NAME.0.weight, NAME.2.weight and so on, with their biases. Matrices that do not read states, or do
/// not fit one another, are no heads. Throws CheckpointError where a head holds numbers that are none.
CheckpointHeads read_heads(const TensorSource& source, const Weights& weights);

}  // namespace espalier::models
