#include "models/checkpoint/tensor_check.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <string_view>

#include "models/checkpoint/weights.hpp"
#include "models/files/json_file.hpp"

namespace espalier::models {
namespace {

/// What an unexpected tensor's name says about the checkpoint: the first part that is in it counts.
struct Sign {
  std::string_view part, meaning;
};
constexpr Sign kSigns[] = {
    {"qweight", "the weights are quantised: take the checkpoint in BF16, F16 or F32, or a GGUF file"},
    {"weight_scale", "the weights are quantised: take the checkpoint in BF16, F16 or F32, or a GGUF file"},
    {"absmax", "the weights are quantised: take the checkpoint in BF16, F16 or F32, or a GGUF file"},
    {"lora_", "an adapter lies among the weights: merge it first, with PEFT's merge_and_unload"},
    {"base_layer", "an adapter lies among the weights: merge it first, with PEFT's merge_and_unload"},
    {".bias", "config.json has to say so (`attention_bias`, `mlp_bias`), in a family that may have biases"},
    {"norm.weight", "such norms belong to another family than `model_type` says"},
    {"model.layers.", "config.json has to fit the files: `model_type`, `num_hidden_layers`"},
};

// Buffers that older versions of transformers wrote.
bool is_buffer(std::string_view name) { return name.ends_with("rotary_emb.inv_freq"); }

bool of_decoder(std::string_view name) { return name.starts_with("model.") || name.starts_with("lm_head."); }

// "`a`, `b` and 7 more"
std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t most = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) text += (i > 0 ? ", `" : "`") + names[i] + "`";
  return names.size() > most ? text + " and " + std::to_string(names.size() - most) + " more" : text;
}

[[noreturn]] void fail(const std::string& file, const std::string& what) { throw CheckpointError(file + ": " + what); }

void check_missing(const TensorSource& source, const ModelConfig& config, const std::vector<std::string>& missing) {
  if (missing.empty()) return;
  const std::string family = config.family, blocks = std::to_string(config.layers);
  std::string what = "lacks " + listed(missing) + ", which " + family + " of " + blocks + " blocks has";
  if (missing.size() == 1 && missing.front() == kHead)
    what += "; if the embedding table is the output head too, `tie_word_embeddings` in config.json has to be true";
  else if (source.has("embed_tokens.weight"))
    what += "; the names lack \"model.\": this is a base model without its output head";
  else if (source.has("tok_embeddings.weight"))
    what += "; the names are those of the original release: take the checkpoint that was converted for transformers";
  fail(source.file_of(missing.front()), what);
}

void check_unexpected(const TensorSource& source, const std::string& family, const std::vector<std::string>& names) {
  if (names.empty()) return;
  std::string what = "holds " + listed(names) + ", which " + family + " with this config.json does not have";
  for (const auto& [part, meaning] : kSigns)
    if (std::ranges::any_of(names, [&](const std::string& name) { return name.find(part) != std::string::npos; }))
      fail(source.file_of(names.front()), what + "; " + std::string(meaning));
  fail(source.file_of(names.front()), what + "; what is left out would change what the model says");
}

void check_shape(const TensorSource& source, const std::string& name, at::IntArrayRef wanted) {
  const auto shape = source.shape(name);
  if (wanted == at::IntArrayRef(shape)) return;
  std::ostringstream text;
  text << "tensor `" << name << "` has shape " << at::IntArrayRef(shape) << ", but the configuration asks for "
       << wanted;
  fail(source.file_of(name), text.str());
}

}  // namespace

void check_tensors(const TensorSource& source, const Weights& wanted) {
  const ModelConfig& config = wanted.config;
  std::map<std::string, at::Tensor> known;
  for (const auto& [name, tensor] : wanted.named()) known.emplace(name, tensor);
  const std::string table = wanted.named().front().first;
  std::vector<std::string> missing, unexpected;
  for (const auto& [name, tensor] : known)
    if (!source.has(name)) missing.push_back(name);
  check_missing(source, config, missing);
  for (const auto& name : source.names()) {
    if (const auto found = known.find(name); found != known.end()) {
      check_shape(source, name, found->second.sizes());
    } else if (config.tied_embeddings && name == kHead) {
      const at::Tensor head = source.view(name), tied = source.view(table);
      if (!at::equal(head.to(tied.scalar_type()), tied))
        fail(source.file_of(name), "tensor `" + name + "` differs from `" + table +
                                       "`, but `tie_word_embeddings` in config.json says that they are one");
    } else if (of_decoder(name) && !is_buffer(name)) {
      unexpected.push_back(name);
    }
  }
  check_unexpected(source, config.family, unexpected);
}

}  // namespace espalier::models
