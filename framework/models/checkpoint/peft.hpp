#pragma once

#include <espalier/base_model.hpp>
#include <filesystem>

#include "models/checkpoint/adapter.hpp"
#include "models/checkpoint/safetensors.hpp"

namespace espalier::models {

/// Writes adapter_config.json and adapter_model.safetensors into `folder` as PEFT does: a "LORA" adapter with
/// `trainable_token_indices`, or, without updates, a "TRAINABLE_TOKENS" adapter. `adapter` must not be empty.
void write_adapter(const std::filesystem::path& folder, const ScoringHeadSpec& spec, const Adapter& adapter);

/// Reads what `write_adapter` or PEFT wrote. Throws CheckpointError naming file and key or tensor where rank, alpha,
/// target modules or tokens are not those of `spec`, where shapes differ, or where a variant of LoRA is asked for that
/// is not supported.
Staged read_adapter(const std::filesystem::path& folder, const ScoringHeadSpec& spec, const Adapter& adapter);

}  // namespace espalier::models
