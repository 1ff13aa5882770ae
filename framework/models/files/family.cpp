#include "models/files/family.hpp"

#include <algorithm>

namespace espalier::models {
namespace {

constexpr std::string_view kQkv[] = {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"};
constexpr std::string_view kGateUp[] = {"mlp.gate_proj", "mlp.up_proj"};
constexpr std::string_view kFusedQkv[] = {"self_attn.qkv_proj"};
constexpr std::string_view kFusedGateUp[] = {"mlp.gate_up_proj"};
constexpr BlockNames kApart{.qkv = kQkv, .gate_up = kGateUp};
constexpr BlockNames kFused{.qkv = kFusedQkv, .gate_up = kFusedGateUp};

constexpr Family kFamilies[] = {
    {.name = "llama",
     .architecture = "LlamaForCausalLM",
     .names = kApart,
     .qkv_bias = Biases::as_config,
     .output_bias = Biases::as_config,
     .mlp_bias = Biases::as_config,
     .context = 2048},
    {.name = "mistral",
     .architecture = "MistralForCausalLM",
     .names = kApart,
     .windows = Windows::all,
     .kv_heads = 8,
     .context = 131072,
     .window = 4096},
    {.name = "phi3",
     .architecture = "Phi3ForCausalLM",
     .names = kFused,
     .partial_rotary = true,
     .original_context = 4096,
     .windows = Windows::all,
     .context = 4096,
     .norm_epsilon = 1e-5},
    {.name = "qwen2",
     .architecture = "Qwen2ForCausalLM",
     .names = kApart,
     .qkv_bias = Biases::always,  // which its config.json does not mention
     .windows = Windows::chosen,
     .kv_heads = 32,
     .window = 4096},
    {.name = "qwen3",
     .architecture = "Qwen3ForCausalLM",
     .names = kApart,
     .qkv_bias = Biases::as_config,
     .output_bias = Biases::as_config,
     .qk_norm = true,
     .windows = Windows::chosen,
     .kv_heads = 32,
     .head_width = 128,
     .window = 4096},
};

}  // namespace

std::span<const Family> families() { return kFamilies; }

const Family* find_family(std::string_view name) {
  const auto* found = std::ranges::find(kFamilies, name, &Family::name);
  return found == std::end(kFamilies) ? nullptr : found;
}

}  // namespace espalier::models
