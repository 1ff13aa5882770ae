#include "models/gguf/tensor_names.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace espalier::models {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;  // name here, name there

constexpr std::array<Pair, 3> kOutside = {
    {{"token_embd", "model.embed_tokens"}, {"output_norm", "model.norm"}, {"output", "lm_head"}}};
constexpr std::array<Pair, 12> kInBlocks = {{{"attn_norm", "input_layernorm"},
                                             {"attn_q", "self_attn.q_proj"},
                                             {"attn_k", "self_attn.k_proj"},
                                             {"attn_v", "self_attn.v_proj"},
                                             {"attn_qkv", "self_attn.qkv_proj"},
                                             {"attn_output", "self_attn.o_proj"},
                                             {"attn_q_norm", "self_attn.q_norm"},
                                             {"attn_k_norm", "self_attn.k_norm"},
                                             {"ffn_norm", "post_attention_layernorm"},
                                             {"ffn_gate", "mlp.gate_proj"},
                                             {"ffn_up", "mlp.up_proj"},
                                             {"ffn_down", "mlp.down_proj"}}};

template <std::size_t Count>
std::string_view found_in(const std::array<Pair, Count>& pairs, std::string_view name) {
  const auto* const found = std::ranges::find(pairs, name, &Pair::first);
  return found == pairs.end() ? std::string_view() : found->second;
}

}  // namespace

std::string hugging_face_name(std::string_view name, std::string_view architecture) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return std::string(name);
  const std::string_view stem = name.substr(0, dot), ending = name.substr(dot);  // ".weight" or ".bias"
  constexpr std::string_view block = "blk.";
  if (!stem.starts_with(block)) {
    const auto known = found_in(kOutside, stem);
    return std::string(known.empty() ? stem : known) + std::string(ending);
  }
  const auto end = stem.find('.', block.size());
  if (end == std::string_view::npos) return std::string(name);
  const auto part = stem.substr(end + 1);
  // Phi-3's gate lies on top of what it gates.
  const auto known = architecture == "phi3" && part == "ffn_up" ? "mlp.gate_up_proj" : found_in(kInBlocks, part);
  if (known.empty()) return std::string(name);
  return "model.layers." + std::string(stem.substr(block.size(), end - block.size())) + "." + std::string(known) +
         std::string(ending);
}

}  // namespace espalier::models
