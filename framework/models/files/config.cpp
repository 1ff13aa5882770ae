#include "models/files/config.hpp"

#include <algorithm>

#include "models/files/family.hpp"
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

std::string spelled(double number) { return Json(number).dump(); }

constexpr const char* kFull = "full_attention";
constexpr const char* kWindowed = "sliding_attention";
constexpr const char* kServer = "run it behind a server and use language model `server`";

const Family& family_of(const JsonFile& file) {
  const auto name = file.require<std::string>("model_type");
  if (const Family* family = find_family(name)) return *family;
  std::string known;
  for (const Family& family : families()) known += (known.empty() ? "" : ", ") + std::string(family.name);
  file.fail("model_type", "is " + JsonFile::spelled(name) + ", which is not among " + known + ": " + kServer);
}

// The value of a key whose absence and whose null mean different things.
int absent_or(const JsonFile& file, const char* key, int absent, int null) {
  if (!file.root().contains(key)) return absent;
  return file.get(key, null);
}

bool has_bias(const JsonFile& file, const char* key, Biases biases) {
  return biases == Biases::always || (biases == Biases::as_config && file.get(key, false));
}

// Which blocks see the last `sliding_window` positions only.
void read_window(const JsonFile& file, const Family& family, ModelConfig& config) {
  if (family.windows == Windows::none) return;
  if (family.windows == Windows::chosen && !file.get("use_sliding_window", false)) return;
  config.window = absent_or(file, "sliding_window", family.window, 0);
  if (config.window < 1 && file.has("sliding_window")) file.fail("sliding_window", "must be above 0, or null");
  if (config.window == 0) return;
  if (file.has("layer_types")) {
    const auto types = file.require<std::vector<std::string>>("layer_types");
    if (std::ssize(types) != config.layers)
      file.fail("layer_types", "has " + std::to_string(types.size()) + " entries, but `num_hidden_layers` is " +
                                   std::to_string(config.layers));
    for (const auto& type : types) {
      if (type != kWindowed && type != kFull)
        file.fail("layer_types", "has the entry " + JsonFile::spelled(type) + "; known are \"" + kFull + "\" and \"" +
                                     kWindowed + "\"");
      if (family.windows == Windows::all && type != kWindowed)
        file.fail("layer_types", "has a block without a window, which " + std::string(family.name) + " does not have");
      config.windowed.push_back(type == kWindowed);
    }
    return;
  }
  const int first = family.windows == Windows::all ? 0 : file.get("max_window_layers", 28);
  for (int layer = 0; layer < config.layers; ++layer) config.windowed.push_back(layer >= first);
}

void refuse_unsupported(const JsonFile& file) {
  if (const auto activation = file.get<std::string>("hidden_act", "silu"); activation != "silu")
    file.fail("hidden_act", "is " + JsonFile::spelled(activation) + "; only \"silu\" is supported: " + kServer);
  if (!file.has("quantization_config")) return;
  const auto& quantised = file.root().at("quantization_config");
  const auto method = quantised.is_object() && quantised.contains("quant_method")
                          ? " (" + JsonFile::spelled(quantised.at("quant_method")) + ")"
                          : std::string();
  file.fail("quantization_config", "says that the weights are quantised" + method +
                                       ", which is not supported: take the checkpoint in BF16, F16 or F32, or a GGUF "
                                       "file, or " +
                                       kServer);
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
  double seen = 0;
  for (int layer = 0; layer < layers; ++layer) {
    const int window = window_of(layer);
    seen += static_cast<double>(window > 0 ? std::min<std::int64_t>(window, before + 1) : before + 1);
  }
  return 2.0 * static_cast<double>(active_weights()) + 4.0 * seen * query_width();
}

int ModelConfig::window_of(int layer) const {
  const auto at = static_cast<std::size_t>(layer);
  return at < windowed.size() && windowed[at] ? window : 0;
}

const Family& ModelConfig::family_entry() const {
  if (const Family* entry = find_family(family)) return *entry;
  throw CheckpointError("there is no family \"" + family + "\"");
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
      {"vocab_size", config.vocabulary, 1 << 24},     {"max_position_embeddings", config.max_positions, 1 << 28}};
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
  check_rope(config.rope, config.head_width, where);
  if (!config.windowed.empty() && config.window < 1)
    fail("`sliding_window` must be above 0, got " + std::to_string(config.window));
  for (const int token : config.end_tokens) check_token("eos_token_id", token);
  if (config.start_token) check_token("bos_token_id", *config.start_token);
}

ModelConfig read_config(const JsonFile& file) {
  ModelConfig config;
  const Family& family = family_of(file);
  config.family = family.name;
  config.layers = file.require<int>("num_hidden_layers");
  config.width = file.require<int>("hidden_size");
  config.heads = file.require<int>("num_attention_heads");
  config.kv_heads =
      absent_or(file, "num_key_value_heads", family.kv_heads > 0 ? family.kv_heads : config.heads, config.heads);
  config.head_width = file.get("head_dim", family.head_width > 0 ? family.head_width
                                           : config.heads > 0    ? config.width / config.heads
                                                                 : 0);
  config.feed_forward = file.require<int>("intermediate_size");
  config.vocabulary = file.require<int>("vocab_size");
  config.max_positions = file.get("max_position_embeddings", family.context);
  config.norm_epsilon = file.get("rms_norm_eps", family.norm_epsilon);
  config.tied_embeddings = file.get("tie_word_embeddings", false);
  config.qkv_bias = has_bias(file, "attention_bias", family.qkv_bias);
  config.output_bias = has_bias(file, "attention_bias", family.output_bias);
  config.mlp_bias = has_bias(file, "mlp_bias", family.mlp_bias);
  config.qk_norm = family.qk_norm;
  config.rope = read_rope(file, family, config.max_positions);

  config.end_tokens = token_list(file, "eos_token_id");
  if (const auto start = token_list(file, "bos_token_id"); !start.empty()) config.start_token = start.front();
  refuse_unsupported(file);
  check_config(config, file.path().string());
  read_window(file, family, config);
  return config;
}

ModelConfig read_config(const std::filesystem::path& folder) {
  ModelConfig config = read_config(JsonFile(folder / "config.json"));
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

void add_window(Json& json, const Family& family, const ModelConfig& config) {
  if (family.windows == Windows::none) return;
  json["sliding_window"] = config.window > 0 ? Json(config.window) : Json();
  if (family.windows == Windows::all) return;
  json["use_sliding_window"] = config.window > 0;
  if (config.window == 0) return;
  std::vector<std::string> types;
  int full = 0;
  for (int layer = 0; layer < config.layers; ++layer) {
    const bool windowed = config.window_of(layer) > 0;
    if (!windowed && full == layer) ++full;
    types.emplace_back(windowed ? kWindowed : kFull);
  }
  json["max_window_layers"] = full;  // for readers that do not know the other
  json["layer_types"] = types;
}

}  // namespace

void write_config(const std::filesystem::path& folder, const ModelConfig& config) {
  const Family& family = config.family_entry();
  Json json;
  json["architectures"] = {family.architecture};
  json["model_type"] = config.family;
  json["hidden_act"] = "silu";
  json["num_hidden_layers"] = config.layers;
  json["hidden_size"] = config.width;
  json["num_attention_heads"] = config.heads;
  json["num_key_value_heads"] = config.kv_heads;
  json["head_dim"] = config.head_width;
  json["intermediate_size"] = config.feed_forward;
  json["vocab_size"] = config.vocabulary;
  json["max_position_embeddings"] = config.max_positions;
  json["rms_norm_eps"] = config.norm_epsilon;
  json["tie_word_embeddings"] = config.tied_embeddings;
  if (family.qkv_bias == Biases::as_config) json["attention_bias"] = config.qkv_bias;
  if (family.mlp_bias == Biases::as_config) json["mlp_bias"] = config.mlp_bias;
  add_window(json, family, config);
  write_rope(json, config.rope, config.max_positions);
  json["torch_dtype"] = "float32";
  json["pad_token_id"] = nullptr;  // some families have one by default, in the vocabulary or not
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
