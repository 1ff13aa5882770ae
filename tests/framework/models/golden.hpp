#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "golden_files.hpp"
#include "models/checkpoint/weights.hpp"
#include "models/files/config.hpp"

/// Small models on a busy machine: threads that wait for one another would take most of the time.
inline const bool one_thread = (at::set_num_threads(1), true);

/// The checkpoints below tests/golden/torch with what transformers makes of them: every family, and every way of
/// attending and rotating.
inline std::vector<std::string> golden_models() {
  std::vector<std::string> names;
  for (const char* room : {"models", "families"})
    for (const auto& entry : std::filesystem::directory_iterator(golden(room)))
      names.push_back(std::string(room) + "/" + entry.path().filename().string());
  return names;
}

/// A small random Qwen3-like model.
inline espalier::models::ModelConfig small_config() {
  espalier::models::ModelConfig config;
  config.layers = 2;
  config.width = 64;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_width = 24;
  config.feed_forward = 80;
  config.vocabulary = 300;
  config.max_positions = 512;
  config.end_tokens = {0};
  return config;
}

inline double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}
