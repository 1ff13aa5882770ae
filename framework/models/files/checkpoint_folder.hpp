#pragma once

#include <filesystem>

namespace espalier::models {

/// The names that transformers gives to the one file of tensors, and to the list that says which file has which.
inline constexpr const char* kTensorFile = "model.safetensors";
inline constexpr const char* kTensorIndex = "model.safetensors.index.json";

/// Whether `folder` has the files of a checkpoint: config.json, tokenizer.json and, where `weights_wanted`, tensors.
/// Throws CheckpointError that says what is missing and, where another layout lies there, what to do about it.
void check_folder(const std::filesystem::path& folder, bool weights_wanted);

}  // namespace espalier::models
