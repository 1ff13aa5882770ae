#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace espalier::models {

/// The frequency scaling of Llama 3.1 and later ("rope_type": "llama3").
struct Llama3Scaling {
  double factor = 1;
  double low_frequency_factor = 1;
  double high_frequency_factor = 4;
  double original_context = 8192;  ///< positions
};

/// All that determines the shape and arithmetic of a decoder; one struct covers Llama, Qwen2 and Qwen3.
struct ModelConfig {
  std::string family = "qwen3";  ///< "llama", "qwen2" or "qwen3": the model_type of config.json
  int layers = 4;
  int width = 128;  ///< hidden_size
  int heads = 4;
  int kv_heads = 4;
  int head_width = 32;     ///< head_dim
  int feed_forward = 320;  ///< intermediate_size
  int vocabulary = 0;
  int context = 2048;  ///< max_position_embeddings
  double rope_theta = 10000;
  std::optional<Llama3Scaling> rope_scaling;
  double norm_epsilon = 1e-6;
  bool tied_embeddings = true;
  bool qkv_bias = false;
  bool output_bias = false;  ///< Llama's attention_bias also puts one on o_proj
  bool mlp_bias = false;
  bool qk_norm = true;
  std::vector<int> end_tokens;
  std::optional<int> start_token;

  /// Width of the queries, heads * head_width.
  int query_width() const { return heads * head_width; }
  /// Width of the keys (and of the values), kv_heads * head_width.
  int kv_width() const { return kv_heads * head_width; }
  /// Number of weights.
  std::int64_t weights() const;
  /// Number of weights that take part in one token's forward pass, the embedding table counted once if it is also the
  /// head.
  std::int64_t active_weights() const;
  /// Floating-point operations of one token's forward pass with `before` tokens before it.
  double flops(std::int64_t before) const;
};

/// Reads `folder`/config.json, and the end tokens of generation_config.json if there is one.
/// Throws CheckpointError naming file and key where a key is missing, malformed or asks for something unsupported.
ModelConfig read_config(const std::filesystem::path& folder);

/// The `repetition_penalty` of `folder`/generation_config.json, by which the logits of tokens seen before are divided;
/// 1 if there is none. How tokens are drawn besides is the manifest's business.
double read_repetition_penalty(const std::filesystem::path& folder);

/// Throws CheckpointError, mentioning `where`, if a number is out of its range or they contradict one another.
void check_config(const ModelConfig& config, const std::string& where);

/// Writes config.json so that transformers and `read_config` read it.
void write_config(const std::filesystem::path& folder, const ModelConfig& config);
/// Writes the generation_config.json of a model that has none of its own: plain sampling until an end token.
void write_generation_config(const std::filesystem::path& folder, const ModelConfig& config);

}  // namespace espalier::models
