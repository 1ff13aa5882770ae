#pragma once

#include <span>
#include <string_view>

namespace espalier::models {

/// Where a family has biases on projections.
enum class Biases {
  never,
  always,
  as_config,  ///< where the key of config.json says so
};

/// Which blocks of a family see the last positions only.
enum class Windows {
  none,
  all,     ///< every one, if there is a `sliding_window`
  chosen,  ///< with `use_sliding_window`: those of `layer_types`, or from `max_window_layers` on
};

/// The modules of a block under their names in Hugging Face checkpoints. Several modules in one place are parts of one
/// matrix, on top of one another.
struct BlockNames {
  std::span<const std::string_view> qkv, gate_up;
  std::string_view output = "self_attn.o_proj", down = "mlp.down_proj";
  std::string_view attention_norm = "input_layernorm", mlp_norm = "post_attention_layernorm";
  std::string_view query_norm = "self_attn.q_norm", key_norm = "self_attn.k_norm";
};

/// What tells one family of decoders from another, beside what config.json says: an entry of the one table of them.
struct Family {
  std::string_view name;          ///< the model_type of config.json
  std::string_view architecture;  ///< the class of transformers that a causal language model of it is
  BlockNames names;
  Biases qkv_bias = Biases::never, output_bias = Biases::never;  ///< key `attention_bias`
  Biases mlp_bias = Biases::never;                               ///< key `mlp_bias`
  bool qk_norm = false;                                          ///< norms of queries and keys, by head
  bool partial_rotary = false;  ///< `partial_rotary_factor` counts: only so much of a head is rotated
  int original_context = 0;     ///< default of an `original_max_position_embeddings` beside `rope_scaling`; 0: none
  Windows windows = Windows::none;
  // What config.json means where it is silent.
  int kv_heads = 0;    ///< 0: as many as heads
  int head_width = 0;  ///< 0: hidden_size / num_attention_heads
  int context = 32768;
  int window = 0;  ///< 0: none
  double norm_epsilon = 1e-6;
};

/// Every family that is read, by name.
std::span<const Family> families();
/// The family `name`, or null.
const Family* find_family(std::string_view name);

}  // namespace espalier::models
