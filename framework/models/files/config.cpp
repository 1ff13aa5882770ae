#include "models/files/config.hpp"

#include <algorithm>

#include "models/files/json_file.hpp"

namespace espalier::models {
namespace {

using Json = base::OrderedJson;

// Token ids appear as one number or as a list.
std::vector<int> token_list(const JsonFile& file, const char* key) {
  if (!file.has(key)) return {};
  if (file.root().at(key).is_number()) return {file.require<int>(key)};
  return file.require<std::vector<int>>(key);
}

// transformers < 5 writes rope_theta and rope_scaling, transformers >= 5 one table rope_parameters.
void read_rope(const JsonFile& file, ModelConfig& config) {
  const char* const key = file.has("rope_parameters") ? "rope_parameters" : "rope_scaling";
  config.rope_theta = file.get("rope_theta", 10000.0);
  if (!file.has(key)) return;
  const JsonFile rope(file.path(), file.root().at(key));
  config.rope_theta = rope.get("rope_theta", config.rope_theta);
  const auto type = rope.get<std::string>("rope_type", rope.get<std::string>("type", "default"));
  if (type == "default") return;
  if (type != "llama3") file.fail(key, "asks for RoPE of type \"" + type + "\"; known are \"default\" and \"llama3\"");
  config.rope_scaling = Llama3Scaling{.factor = rope.require<double>("factor"),
                                      .low_frequency_factor = rope.require<double>("low_freq_factor"),
                                      .high_frequency_factor = rope.require<double>("high_freq_factor"),
                                      .original_context = rope.require<double>("original_max_position_embeddings")};
}

std::string spelled(double number) { return Json(number).dump(); }

void refuse_unsupported(const JsonFile& file, const ModelConfig& config) {
  if (file.get("use_sliding_window", false)) file.fail("use_sliding_window", "is true, which is not supported");
  if (const auto activation = file.get<std::string>("hidden_act", "silu"); activation != "silu")
    file.fail("hidden_act", "is \"" + activation + "\"; only \"silu\" is supported");
  if (file.has("quantization_config"))
    file.fail("quantization_config", "is present; quantised weights are not supported");
  check_config(config, file.path().string());
}

}  // namespace

std::int64_t ModelConfig::active_weights() const {
  const std::int64_t attention = std::int64_t{width} * (2 * query_width() + 2 * kv_width());
  const std::int64_t mlp = std::int64_t{3} * width * feed_forward;
  return layers * (attention + mlp) + std::int64_t{width} * vocabulary;
}

std::int64_t ModelConfig::weights() const {
  const std::int64_t merged = query_width() + 2 * kv_width();
  std::int64_t vectors = 2 * std::int64_t{width};
  if (qk_norm) vectors += std::int64_t{2} * head_width;
  if (qkv_bias) vectors += merged;
  if (output_bias) vectors += width;
  if (mlp_bias) vectors += std::int64_t{2} * feed_forward + width;
  const std::int64_t untied = tied_embeddings ? 0 : std::int64_t{width} * vocabulary;
  return active_weights() + layers * vectors + width + untied;
}

double ModelConfig::flops(std::int64_t before) const {
  return 2.0 * static_cast<double>(active_weights()) + 4.0 * layers * query_width() * static_cast<double>(before + 1);
}

void check_config(const ModelConfig& config, const std::string& where) {
  const auto fail = [&](const std::string& what) { throw CheckpointError(where + ": " + what); };
  const auto check_token = [&](const char* key, int token) {
    if (token < 0 || token >= config.vocabulary)
      fail("`" + std::string(key) + "` must be a token of the vocabulary, in [0, " + std::to_string(config.vocabulary) +
           "), got " + std::to_string(token));
  };
  // Wide bounds, which keep every product of two within its type.
  struct Extent {
    const char* key;
    int value, most;
  };
  const Extent extents[] = {
      {"num_hidden_layers", config.layers, 1 << 12},  {"hidden_size", config.width, 1 << 20},
      {"num_attention_heads", config.heads, 1 << 12}, {"num_key_value_heads", config.kv_heads, 1 << 12},
      {"head_dim", config.head_width, 1 << 14},       {"intermediate_size", config.feed_forward, 1 << 22},
      {"vocab_size", config.vocabulary, 1 << 24},     {"max_position_embeddings", config.context, 1 << 28}};
  for (const auto& [key, value, most] : extents)
    if (value < 1 || value > most)
      fail("`" + std::string(key) + "` must be in [1, " + std::to_string(most) + "], got " + std::to_string(value));
  if (config.heads % config.kv_heads != 0)
    fail("`num_attention_heads` (" + std::to_string(config.heads) + ") must be a multiple of `num_key_value_heads` (" +
         std::to_string(config.kv_heads) + ")");
  if (config.head_width % 2 != 0) fail("`head_dim` must be even, got " + std::to_string(config.head_width));
  const auto positive = [&](const char* key, double value) {
    if (!(value > 0)) fail("`" + std::string(key) + "` must be above 0, got " + spelled(value));
  };
  positive("rms_norm_eps", config.norm_epsilon);
  positive("rope_theta", config.rope_theta);
  if (const auto& scaling = config.rope_scaling) {
    positive("factor", scaling->factor);
    positive("low_freq_factor", scaling->low_frequency_factor);
    positive("original_max_position_embeddings", scaling->original_context);
    if (!(scaling->high_frequency_factor > scaling->low_frequency_factor))
      fail("`high_freq_factor` must be above `low_freq_factor`");
  }
  for (const int token : config.end_tokens) check_token("eos_token_id", token);
  if (config.start_token) check_token("bos_token_id", *config.start_token);
}

ModelConfig read_config(const std::filesystem::path& folder) {
  const JsonFile file(folder / "config.json");
  ModelConfig config;
  config.family = file.require<std::string>("model_type");
  if (config.family != "llama" && config.family != "qwen2" && config.family != "qwen3")
    file.fail("model_type", "is \"" + config.family + "\"; known are \"llama\", \"qwen2\" and \"qwen3\"");
  config.layers = file.require<int>("num_hidden_layers");
  config.width = file.require<int>("hidden_size");
  config.heads = file.require<int>("num_attention_heads");
  config.kv_heads = file.get("num_key_value_heads", config.heads);
  config.head_width = file.get("head_dim", config.heads > 0 ? config.width / config.heads : 0);
  config.feed_forward = file.require<int>("intermediate_size");
  config.vocabulary = file.require<int>("vocab_size");
  config.context = file.get("max_position_embeddings", 2048);
  config.norm_epsilon = file.get("rms_norm_eps", 1e-6);
  config.tied_embeddings = file.get("tie_word_embeddings", false);
  // Qwen2 has biases on q, k and v that its config.json does not mention.
  config.qkv_bias = config.family == "qwen2" || file.get("attention_bias", false);
  config.output_bias = config.family != "qwen2" && file.get("attention_bias", false);
  config.mlp_bias = config.family == "llama" && file.get("mlp_bias", false);
  config.qk_norm = config.family == "qwen3";
  read_rope(file, config);

  config.end_tokens = token_list(file, "eos_token_id");
  if (const auto start = token_list(file, "bos_token_id"); !start.empty()) config.start_token = start.front();
  refuse_unsupported(file, config);
  if (const auto path = folder / "generation_config.json"; std::filesystem::exists(path)) {
    for (const int token : token_list(JsonFile(path), "eos_token_id"))
      if (std::ranges::find(config.end_tokens, token) == config.end_tokens.end()) config.end_tokens.push_back(token);
    check_config(config, path.string());
  }
  return config;
}

double read_repetition_penalty(const std::filesystem::path& folder) {
  constexpr const char* key = "repetition_penalty";
  const auto path = folder / "generation_config.json";
  if (!std::filesystem::exists(path)) return 1.0;
  const JsonFile file(path);
  if (!file.has(key)) return 1.0;
  const auto penalty = file.require<double>(key);
  if (penalty < 1e-6 || penalty > 1e6) file.fail(key, "must be in [1e-06, 1e+06], got " + spelled(penalty));
  return penalty;
}

namespace {

/// The tokens between which texts stand.
void add_limits(Json& json, const ModelConfig& config) {
  if (config.start_token) json["bos_token_id"] = *config.start_token;
  if (config.end_tokens.size() == 1) json["eos_token_id"] = config.end_tokens.front();
  if (config.end_tokens.size() > 1) json["eos_token_id"] = config.end_tokens;
}

}  // namespace

void write_config(const std::filesystem::path& folder, const ModelConfig& config) {
  static const std::map<std::string, std::string> architectures = {
      {"llama", "LlamaForCausalLM"}, {"qwen2", "Qwen2ForCausalLM"}, {"qwen3", "Qwen3ForCausalLM"}};
  Json json;
  json["architectures"] = {architectures.at(config.family)};
  json["model_type"] = config.family;
  json["hidden_act"] = "silu";
  json["num_hidden_layers"] = config.layers;
  json["hidden_size"] = config.width;
  json["num_attention_heads"] = config.heads;
  json["num_key_value_heads"] = config.kv_heads;
  json["head_dim"] = config.head_width;
  json["intermediate_size"] = config.feed_forward;
  json["vocab_size"] = config.vocabulary;
  json["max_position_embeddings"] = config.context;
  json["rms_norm_eps"] = config.norm_epsilon;
  json["tie_word_embeddings"] = config.tied_embeddings;
  if (config.family != "qwen2") json["attention_bias"] = config.qkv_bias;
  if (config.family == "llama") json["mlp_bias"] = config.mlp_bias;
  json["rope_theta"] = config.rope_theta;
  if (const auto& scaling = config.rope_scaling)
    json["rope_scaling"] = {{"rope_type", "llama3"},
                            {"factor", scaling->factor},
                            {"low_freq_factor", scaling->low_frequency_factor},
                            {"high_freq_factor", scaling->high_frequency_factor},
                            {"original_max_position_embeddings", scaling->original_context}};
  else
    json["rope_scaling"] = nullptr;
  json["torch_dtype"] = "float32";
  add_limits(json, config);
  write_json(folder / "config.json", json);
}

void write_generation_config(const std::filesystem::path& folder, const ModelConfig& config) {
  Json json;
  add_limits(json, config);
  json["do_sample"] = true;
  json["temperature"] = 1.0;
  write_json(folder / "generation_config.json", json);
}

}  // namespace espalier::models
