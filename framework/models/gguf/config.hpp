#pragma once

#include "base/json.hpp"
#include "models/gguf/gguf.hpp"

namespace espalier::models {

/// The config.json of the Hugging Face folder that a GGUF file was made from, as far as its metadata and tensors tell.
/// Throws CheckpointError naming the file and the key, with a way out: an architecture that is none of Llama, Mistral,
/// Qwen2, Qwen3 and Phi-3, experts, a RoPE that config.json has no word for, a key that changes the arithmetic in a way
/// that is not known.
base::Json gguf_config(const Gguf& gguf);

}  // namespace espalier::models
