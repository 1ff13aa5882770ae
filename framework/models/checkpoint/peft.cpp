#include "models/checkpoint/peft.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "models/checkpoint/safetensors.hpp"
#include "models/files/json_file.hpp"

namespace espalier::models {
namespace {

using Json = JsonFile::Json;

constexpr const char* kPrefix = "base_model.model.";

// The name of a module without its path: "self_attn.q_proj" -> "q_proj".
std::string last_part(const std::string& module) { return module.substr(module.rfind('.') + 1); }

// The modules that an adapter updates, which are the same in every block.
std::set<std::string> target_modules(const Adapter& adapter) {
  std::set<std::string> modules;
  const LayerUpdates& layer = adapter.layers.front();
  for (const auto* updates : {&layer.qkv, &layer.output, &layer.gate_up, &layer.down})
    for (const LowRank& update : *updates) modules.insert(last_part(update.module));
  return modules;
}

// PEFT wraps the table once more when it is trained beside low-rank updates.
std::string rows_name(const Adapter& adapter) {
  const std::string table = std::string(kPrefix) + "model.embed_tokens.";
  return table + (adapter.layers.empty() ? "" : "token_adapter.") + "trainable_tokens_delta";
}

// PEFT keeps the rows of a tied output head a second time when only tokens are trained.
constexpr const char* kOutputRows = "base_model.model.lm_head.trainable_tokens_delta";

// Variants of LoRA are switched on by keys; any that is on and not known here would change the arithmetic unseen.
void refuse_variants(const JsonFile& file) {
  for (const char* key : {"use_dora", "use_rslora", "use_qalora", "use_bdlora", "fan_in_fan_out", "lora_bias"})
    if (file.has(key) && file.root().at(key) != false) file.fail(key, "is on, which is not supported");
  for (const char* key : {"rank_pattern", "alpha_pattern", "layers_to_transform", "modules_to_save", "exclude_modules",
                          "layer_replication", "target_parameters", "alora_invocation_tokens", "megatron_config"})
    if (file.has(key) && !file.root().at(key).empty()) file.fail(key, "is given, which is not supported");
  if (file.get<std::string>("bias", "none") != "none") file.fail("bias", "must be \"none\"");
}

void check_updates(const JsonFile& file, const LoraSpec& spec, const Adapter& adapter) {
  if (const int rank = file.require<int>("r"); rank != spec.rank)
    file.fail("r", "is " + std::to_string(rank) + ", but the scoring head has rank " + std::to_string(spec.rank));
  if (const auto alpha = file.require<double>("lora_alpha"); alpha != spec.alpha)
    file.fail("lora_alpha", "is " + Json(alpha).dump() + ", but the scoring head has alpha " + Json(spec.alpha).dump());
  if (!file.has("target_modules") || !file.root().at("target_modules").is_array())
    file.fail("target_modules", "must be a list of names such as \"q_proj\"");
  std::set<std::string> targets;
  for (const auto& target : file.require<std::vector<std::string>>("target_modules")) targets.insert(last_part(target));
  if (const auto wanted = target_modules(adapter); targets != wanted)
    file.fail("target_modules", "is " + Json(targets).dump() + ", but the scoring head adapts " + Json(wanted).dump());
  refuse_variants(file);
}

// The own tokens in the order in which the file has their rows.
std::vector<std::int32_t> stored_tokens(const JsonFile& file, const char* key) {
  if (!file.has(key)) return {};
  const Json& value = file.root().at(key);
  if (!value.is_object()) return file.require<std::vector<std::int32_t>>(key);
  if (value.size() != 1 || !value.contains("embed_tokens")) file.fail(key, "must name tokens of embed_tokens alone");
  return JsonFile(file.path(), value).require<std::vector<std::int32_t>>("embed_tokens");
}

}  // namespace

void write_adapter(const std::filesystem::path& folder, const ScoringHeadSpec& spec, const Adapter& adapter) {
  const bool updates = !adapter.layers.empty();
  base::OrderedJson config;
  config["peft_type"] = updates ? "LORA" : "TRAINABLE_TOKENS";
  config["task_type"] = "CAUSAL_LM";
  config["base_model_name_or_path"] = nullptr;
  config["inference_mode"] = true;
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  if (updates) {
    config["r"] = spec.lora.rank;
    config["lora_alpha"] = spec.lora.alpha;
    config["lora_dropout"] = 0.0;
    config["bias"] = "none";
    config["fan_in_fan_out"] = false;
    config["target_modules"] = target_modules(adapter);
    for (const auto& [name, tensor] : adapter.matrices()) tensors.emplace_back(kPrefix + name + ".weight", tensor);
  } else {
    config["target_modules"] = {"embed_tokens"};
  }
  if (!adapter.tokens.empty()) {
    config[updates ? "trainable_token_indices" : "token_indices"] = adapter.tokens;
    tensors.emplace_back(rows_name(adapter), adapter.rows);
    if (!updates) tensors.emplace_back(kOutputRows, adapter.rows);
  }
  for (auto& [name, tensor] : tensors) tensor = tensor.detach().cpu().contiguous();
  write_safetensors(folder / "adapter_model.safetensors", tensors, {{"format", "pt"}});
  write_json(folder / "adapter_config.json", config);
}

Staged read_adapter(const std::filesystem::path& folder, const ScoringHeadSpec& spec, const Adapter& adapter) {
  const JsonFile file(folder / "adapter_config.json");
  const bool updates = !adapter.layers.empty();
  const std::string expected = updates ? "LORA" : "TRAINABLE_TOKENS";
  if (const auto type = file.require<std::string>("peft_type"); type != expected)
    file.fail("peft_type", "is \"" + type + "\", but the scoring head needs \"" + expected + "\"");
  if (updates) check_updates(file, spec.lora, adapter);
  const char* const key = updates ? "trainable_token_indices" : "token_indices";
  const auto tokens = stored_tokens(file, key);
  auto sorted = tokens;
  std::ranges::sort(sorted);
  if (sorted != adapter.tokens)
    file.fail(key,
              "is " + Json(tokens).dump() + ", but the scoring head's own tokens are " + Json(adapter.tokens).dump());

  const auto stored = TensorFolder::of_file(folder / "adapter_model.safetensors");
  Staged staged;
  for (const auto& [name, tensor] : adapter.matrices())
    staged.emplace_back(tensor.detach(), stored.read(kPrefix + name + ".weight", tensor.sizes(), at::kFloat));
  if (!tokens.empty()) {
    const at::Tensor rows = stored.read(rows_name(adapter), adapter.rows.sizes(), at::kFloat);
    if (stored.has(kOutputRows) && !at::equal(rows, stored.read(kOutputRows, rows.sizes(), at::kFloat)))
      throw CheckpointError((folder / "adapter_model.safetensors").string() + ": tensor `" + kOutputRows +
                            "` differs from the embeddings, which is not supported");
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const auto place = std::ranges::lower_bound(adapter.tokens, tokens[i]) - adapter.tokens.begin();
      staged.emplace_back(adapter.rows.detach()[place], rows[static_cast<std::int64_t>(i)]);
    }
  }
  return staged;
}

}  // namespace espalier::models
