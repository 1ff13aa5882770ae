#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "models/files/rope.hpp"

namespace espalier::models {

struct Family;

/// All that determines the shape and arithmetic of a decoder, of whatever family.
struct ModelConfig {
  std::string family = "qwen3";  ///< the model_type of config.json: one of `families`
  int layers = 4;
  int width = 128;  ///< hidden_size
  int heads = 4;
  int kv_heads = 4;
  int head_width = 32;     ///< head_dim
  int feed_forward = 320;  ///< intermediate_size
  int vocabulary = 0;
  int max_positions = 2048;  ///< max_position_embeddings
  Rope rope;
  int window = 0;                   ///< sliding_window: positions that a windowed block sees, the row's own included
  std::vector<bool> windowed = {};  ///< by block; without entries none is
  double norm_epsilon = 1e-6;
  bool tied_embeddings = true;
  bool qkv_bias = false;
  bool output_bias = false;  ///< attention_bias also puts one on o_proj
  bool mlp_bias = false;
  bool qk_norm = true;
  std::vector<int> end_tokens;
  std::optional<int> start_token;

  /// Width of the queries, heads * head_width.
  int query_width() const { return heads * head_width; }
  /// Width of the keys (and of the values), kv_heads * head_width.
  int kv_width() const { return kv_heads * head_width; }
  /// How many dimensions of a head are rotated.
  int rotary_width() const { return rope.width(head_width); }
  /// Longest sequence, in tokens.
  int context() const { return rope.context(max_positions); }
  /// Positions that block `layer` sees, a row's own and those just before; 0: all.
  int window_of(int layer) const;
  /// The entry of its family. Throws CheckpointError where there is none.
  const Family& family_entry() const;
  /// Number of weights.
  std::int64_t weights() const;
  /// Number of weights that take part in one token's forward pass, the embedding table counted once if it is also the
  /// head.
  std::int64_t active_weights() const;
  /// Floating-point operations of one token's forward pass with `before` tokens before it.
  double flops(std::int64_t before) const;
};

/// Reads what is or could be a config.json. Throws CheckpointError naming file and key where a key is missing,
/// malformed or asks for something unsupported.
ModelConfig read_config(const JsonFile& file);
/// Reads `folder`/config.json, and the end tokens of generation_config.json if there is one.
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
