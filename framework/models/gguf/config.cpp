#include "models/gguf/config.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>

namespace espalier::models {
namespace {

using base::Json;

constexpr const char* kWayOut = "; let llama-server run the file as a model of type \"server\"";

struct Architecture {
  std::string_view name;        ///< `general.architecture`
  std::string_view model_type;  ///< of config.json
  std::string_view model_class;
};
constexpr std::array<Architecture, 4> kArchitectures = {{{"llama", "llama", "LlamaForCausalLM"},
                                                         {"qwen2", "qwen2", "Qwen2ForCausalLM"},
                                                         {"qwen3", "qwen3", "Qwen3ForCausalLM"},
                                                         {"phi3", "phi3", "Phi3ForCausalLM"}}};
/// Mistral's files are of architecture llama; a sliding window sets them apart.
constexpr Architecture kMistral = {"llama", "mistral", "MistralForCausalLM"};

/// What may stand behind the architecture's name in a key: what is read here, and what changes no arithmetic.
constexpr std::array kKnownKeys = {"block_count",
                                   "context_length",
                                   "embedding_length",
                                   "feed_forward_length",
                                   "vocab_size",
                                   "tensor_data_layout",
                                   "expert_count",
                                   "expert_used_count",
                                   "attention.head_count",
                                   "attention.head_count_kv",
                                   "attention.key_length",
                                   "attention.value_length",
                                   "attention.layer_norm_rms_epsilon",
                                   "attention.causal",
                                   "attention.sliding_window",
                                   "rope.freq_base",
                                   "rope.dimension_count",
                                   "rope.scale_linear",
                                   "rope.scaling.type",
                                   "rope.scaling.factor",
                                   "rope.scaling.original_context_length",
                                   "rope.scaling.attn_factor",
                                   "rope.scaling.finetuned",
                                   "rope.scaling.yarn_beta_fast",
                                   "rope.scaling.yarn_beta_slow"};

class ConfigReader {
 public:
  explicit ConfigReader(const Gguf& gguf) : gguf_(gguf), metadata_(gguf.metadata) {
    const auto name = metadata_.require<std::string>("general.architecture");
    const auto* const found = std::ranges::find(kArchitectures, name, &Architecture::name);
    if (found == kArchitectures.end())
      metadata_.fail("general.architecture", "is \"" + name + "\"; known are llama, qwen2, qwen3 and phi3" + kWayOut);
    architecture_ = *found;
    if (name == "llama" && metadata_.has(key("attention.sliding_window"))) architecture_ = kMistral;
  }

  Json config() {
    refuse_foreign();
    Json config;
    config["architectures"] = {architecture_.model_class};
    config["model_type"] = architecture_.model_type;
    config["hidden_act"] = "silu";
    config["torch_dtype"] = "float32";
    config["num_hidden_layers"] = extent("block_count");
    const int width = extent("embedding_length"), heads = extent("attention.head_count");
    config["hidden_size"] = width;
    config["num_attention_heads"] = heads;
    config["num_key_value_heads"] =
        metadata_.has(key("attention.head_count_kv")) ? extent("attention.head_count_kv") : heads;
    config["intermediate_size"] = extent("feed_forward_length");
    config["max_position_embeddings"] = extent("context_length");
    config["rms_norm_eps"] = positive("attention.layer_norm_rms_epsilon");
    const int head_width = read_head_width(width, heads);
    config["head_dim"] = head_width;
    config["vocab_size"] = vocabulary();
    config["tie_word_embeddings"] = !gguf_.tensors.contains("output.weight");
    if (architecture_.name != "qwen2") config["attention_bias"] = gguf_.tensors.contains("blk.0.attn_q.bias");
    if (architecture_.model_type == "llama") config["mlp_bias"] = gguf_.tensors.contains("blk.0.ffn_gate.bias");
    if (metadata_.has(key("attention.sliding_window"))) config["sliding_window"] = extent("attention.sliding_window");
    read_rope(config, head_width);
    read_tokens(config);
    return config;
  }

 private:
  std::string key(std::string_view name) const { return std::string(architecture_.name) + "." + std::string(name); }

  int extent(std::string_view name) const {
    const int value = metadata_.require<int>(key(name));
    if (value < 1) metadata_.fail(key(name), "must be above 0, is " + std::to_string(value));
    return value;
  }

  double positive(std::string_view name) const {
    const auto value = metadata_.require<double>(key(name));
    if (!(value > 0 && std::isfinite(value))) metadata_.fail(key(name), "must be a number above 0");
    return value;
  }

  void refuse_foreign() const {
    const std::string prefix = key("");
    for (const auto& [name, value] : metadata_.values()) {
      if (!name.starts_with(prefix)) continue;
      if (std::ranges::find(kKnownKeys, std::string_view(name).substr(prefix.size())) == kKnownKeys.end())
        metadata_.fail(name, "is not known here and may change the arithmetic" + std::string(kWayOut));
    }
    if (metadata_.get(key("expert_count"), 0) != 0)
      metadata_.fail(key("expert_count"), "is not 0: mixtures of experts are not supported" + std::string(kWayOut));
    if (!metadata_.get(key("attention.causal"), true))
      metadata_.fail(key("attention.causal"), "is false: the model is no decoder");
    if (metadata_.get(key("rope.scaling.attn_factor"), 1.0) != 1.0)
      metadata_.fail(key("rope.scaling.attn_factor"), "is not 1, which is not supported" + std::string(kWayOut));
  }

  int read_head_width(int width, int heads) const {
    const int head_width = metadata_.get(key("attention.key_length"), width / heads);
    if (metadata_.get(key("attention.value_length"), head_width) != head_width)
      metadata_.fail(key("attention.value_length"),
                     "is not the length of the keys, which is not supported" + std::string(kWayOut));
    if (metadata_.get(key("rope.dimension_count"), head_width) != head_width)
      metadata_.fail(key("rope.dimension_count"), "is not the width of a head, " + std::to_string(head_width) +
                                                      "; heads turned in part are not supported" + kWayOut);
    return head_width;
  }

  // The table of embeddings says how many there are: a vocabulary may be padded.
  std::int64_t vocabulary() const {
    const auto found = gguf_.tensors.find("token_embd.weight");
    if (found == gguf_.tensors.end() || found->second.shape.size() != 2)
      metadata_.fail("token_embd.weight", "is no matrix among the tensors: the file holds no language model");
    const auto rows = found->second.shape.front();
    if (const auto tokens = metadata_.count("tokenizer.ggml.tokens"); tokens > static_cast<std::uint64_t>(rows))
      metadata_.fail(
          "tokenizer.ggml.tokens",
          "has " + std::to_string(tokens) + " elements, but token_embd.weight has rows for " + std::to_string(rows));
    return rows;
  }

  void read_rope(Json& config, int head_width) const {
    config["rope_theta"] = metadata_.has(key("rope.freq_base")) ? positive("rope.freq_base") : 10000.0;
    config["rope_scaling"] = nullptr;
    for (const char* const tensor : {"rope_factors_long.weight", "rope_factors_short.weight"})
      if (gguf_.tensors.contains(tensor))
        metadata_.fail(tensor, "asks for LongRoPE, which is not supported" + std::string(kWayOut));
    const auto type_key = key("rope.scaling.type");
    const auto type = metadata_.get<std::string>(type_key, "none");
    if (gguf_.tensors.contains("rope_freqs.weight")) {
      if (type != "none") metadata_.fail(type_key, "is \"" + type + "\" beside rope_freqs.weight");
      config["rope_scaling"] =
          llama3_scaling(gguf_.tensors.at("rope_freqs.weight"), config.at("rope_theta"), head_width);
    } else if (type == "linear") {
      config["rope_scaling"] = {{"rope_type", "linear"}, {"factor", positive("rope.scaling.factor")}};
    } else if (type == "yarn") {
      config["rope_scaling"] = yarn_scaling();
    } else if (type != "none") {
      metadata_.fail(type_key, "is \"" + type + "\"; known are none, linear and yarn" + kWayOut);
    } else if (metadata_.get(key("rope.scale_linear"), 1.0) != 1.0) {
      config["rope_scaling"] = {{"rope_type", "linear"}, {"factor", positive("rope.scale_linear")}};
    }
  }

  Json yarn_scaling() const {
    Json yarn = {{"rope_type", "yarn"},
                 {"factor", positive("rope.scaling.factor")},
                 {"original_max_position_embeddings", extent("rope.scaling.original_context_length")}};
    const std::pair<const char*, const char*> betas[] = {{"rope.scaling.yarn_beta_fast", "beta_fast"},
                                                         {"rope.scaling.yarn_beta_slow", "beta_slow"}};
    for (const auto& [name, option] : betas)
      if (metadata_.has(key(name))) yarn[option] = positive(name);
    return yarn;
  }

  // What divides each frequency of RoPE. Llama 3.x's own come from four numbers, of which its models share the second
  // and third: the others are found again from the divisors, which must then be what these four make.
  Json llama3_scaling(const GgufTensor& tensor, double theta, int head_width) const {
    constexpr const char* name = "rope_freqs.weight";
    constexpr double low = 1, high = 4;
    if (tensor.elements() != head_width / 2)
      metadata_.fail(name,
                     "does not have a number for each pair of a head's " + std::to_string(head_width) + " dimensions");
    std::vector<float> divisors(static_cast<std::size_t>(tensor.elements()));
    tensor.read(0, tensor.elements(), divisors.data());
    const double factor = *std::ranges::max_element(divisors);
    std::vector<double> wavelengths;
    double original = 8192;  // where no divisor lies between 1 and the factor
    for (std::size_t i = 0; i < divisors.size(); ++i) {
      wavelengths.push_back(2 * std::numbers::pi * std::pow(theta, 2.0 * static_cast<double>(i) / head_width));
      if (!(divisors[i] > 1 && divisors[i] < factor)) continue;
      const double smooth = (1 / divisors[i] - 1 / factor) / (1 - 1 / factor);
      original = std::round(wavelengths.back() * (low + smooth * (high - low)));
    }
    for (std::size_t i = 0; i < divisors.size(); ++i) {
      const double smooth = std::clamp((original / wavelengths[i] - low) / (high - low), 0.0, 1.0);
      const double expected = 1 / ((1 - smooth) / factor + smooth);
      if (!(std::abs(divisors[i] - expected) <= 1e-4 * expected))
        metadata_.fail(name, "are not the divisors of a Llama 3.x, the only ones supported" + std::string(kWayOut));
    }
    return {{"rope_type", "llama3"},
            {"factor", factor},
            {"low_freq_factor", low},
            {"high_freq_factor", high},
            {"original_max_position_embeddings", original}};
  }

  void read_tokens(Json& config) const {
    if (metadata_.has("tokenizer.ggml.bos_token_id"))
      config["bos_token_id"] = metadata_.require<int>("tokenizer.ggml.bos_token_id");
    std::vector<int> ends;
    for (const char* const name : {"eos", "eot", "eom"}) {
      const auto end = "tokenizer.ggml." + std::string(name) + "_token_id";
      if (!metadata_.has(end)) continue;
      if (const int id = metadata_.require<int>(end); std::ranges::find(ends, id) == ends.end()) ends.push_back(id);
    }
    if (ends.size() == 1) config["eos_token_id"] = ends.front();
    if (ends.size() > 1) config["eos_token_id"] = ends;
  }

  const Gguf& gguf_;
  const GgufMetadata& metadata_;
  Architecture architecture_;
};

}  // namespace

Json gguf_config(const Gguf& gguf) { return ConfigReader(gguf).config(); }

}  // namespace espalier::models
