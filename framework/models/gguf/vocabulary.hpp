#pragma once

#include "base/json.hpp"
#include "models/gguf/metadata.hpp"

namespace espalier::models {

/// The tokenizer.json of a GGUF file: byte-level BPE (`tokenizer.ggml.model` gpt2) or SentencePiece's (llama), cutting
/// texts into the ids that llama.cpp cuts them into. Control tokens are never made of text by merges, which llama.cpp
/// allows. Throws CheckpointError naming file and key where the vocabulary is of another kind, is cut in a way that is
/// not known, or contradicts itself.
base::Json gguf_tokenizer(const GgufMetadata& metadata);

/// Its tokenizer_config.json: control tokens, and the chat template if there is one.
base::Json gguf_tokenizer_config(const GgufMetadata& metadata);

}  // namespace espalier::models
