#include "models/checkpoint/weights.hpp"

#include <doctest/doctest.h>

#include <map>

#include "golden.hpp"
#include "models/checkpoint/safetensors.hpp"

// Checkpoints whose files and config.json do not fit one another.

using namespace espalier;
using namespace espalier::models;

namespace {

using Tensors = std::map<std::string, at::Tensor>;

Tensors tensors_of(const TensorSource& source) {
  Tensors tensors;
  for (const auto& name : source.names()) tensors.emplace(name, source.read(name));
  return tensors;
}

/// What reading a golden checkpoint says after `change` to its tensors and its config; "read" where nothing.
template <class Change>
std::string reading(const std::string& name, const Change& change) {
  ModelConfig config = read_config(golden(name));
  Tensors tensors = tensors_of(TensorFolder(golden(name)));
  change(tensors, config);
  const TemporaryFolder folder;
  write_safetensors(folder.path() / "model.safetensors", {tensors.begin(), tensors.end()});
  try {
    Weights::read(TensorFolder(folder.path()), config, at::kCPU, at::kFloat);
  } catch (const CheckpointError& error) {
    const std::string what = error.what(), path = folder.path().string();
    REQUIRE(what.starts_with(path));
    return what.substr(path.size());
  }
  return "read";
}

}  // namespace

TEST_CASE("what is saved is what was read: names, shapes, numbers and config.json, for every family") {
  for (const std::string& name : golden_models()) {
    CAPTURE(name);
    const ModelConfig config = read_config(golden(name));
    const TensorFolder source(golden(name));
    const Weights weights = Weights::read(source, config, at::kCPU, at::kFloat);
    const TemporaryFolder folder;
    weights.save(folder.path());
    write_config(folder.path(), weights.config);
    const TensorFolder saved(folder.path());
    CHECK(saved.names() == source.names());
    for (const auto& tensor : source.names()) CHECK(at::equal(saved.read(tensor), source.read(tensor, {}, at::kFloat)));
    const ModelConfig again = read_config(folder.path());
    CHECK(again.rope.frequencies(again.head_width) == config.rope.frequencies(config.head_width));
    CHECK(again.rope.attention_factor() == config.rope.attention_factor());
    CHECK(again.context() == config.context());
    CHECK(again.max_positions == config.max_positions);
    for (int layer = 0; layer < config.layers; ++layer) CHECK(again.window_of(layer) == config.window_of(layer));
    CHECK(again.weights() == config.weights());
  }
}

TEST_CASE("tensors that are missing are named, with what else it may be") {
  CHECK(reading("families/phi3", [](Tensors&, ModelConfig&) {}) == "read");
  CHECK(reading("families/phi3", [](Tensors& tensors, ModelConfig&) {
          tensors.erase("model.layers.1.self_attn.qkv_proj.weight");
        }) == ": lacks `model.layers.1.self_attn.qkv_proj.weight`, which phi3 of 2 blocks has");
  CHECK(reading("families/phi3", [](Tensors& tensors, ModelConfig&) { tensors.erase("lm_head.weight"); })
            .ends_with(
                "if the embedding table is the output head too, `tie_word_embeddings` in config.json has to be true"));
  CHECK(reading("families/mistral", [](Tensors&, ModelConfig& config) { ++config.layers; })
            .starts_with(": lacks `model.layers.2.input_layernorm.weight`, `model.layers.2.mlp.down_proj.weight`, "
                         "`model.layers.2.mlp.gate_proj.weight` and 6 more, which mistral of 3 blocks has"));
  CHECK(reading("families/llama_yarn", [](Tensors& tensors, ModelConfig&) {
          Tensors base;
          for (const auto& [name, tensor] : tensors) base.emplace(name.substr(6), tensor);
          tensors = base;
        }).ends_with("the names lack \"model.\": this is a base model without its output head"));
  CHECK(reading("families/phi3", [](Tensors&, ModelConfig& config) {
          config.family = "llama";
        }).starts_with(": lacks `model.layers.0.mlp.gate_proj.weight`"));
}

TEST_CASE("tensors of a decoder that the model does not have are refused, with what they mean") {
  const auto with = [](const std::string& name, const std::string& extra) {
    return reading(name, [&](Tensors& tensors, ModelConfig&) { tensors.emplace(extra, at::zeros({8})); });
  };
  CHECK(
      with("families/mistral", "model.layers.0.self_attn.q_proj.bias") ==
      "/model.safetensors: holds `model.layers.0.self_attn.q_proj.bias`, which mistral with this config.json does not "
      "have; config.json has to say so (`attention_bias`, `mlp_bias`), in a family that may have biases");
  CHECK(with("families/llama_yarn", "model.layers.1.self_attn.q_norm.weight")
            .ends_with("such norms belong to another family than `model_type` says"));
  CHECK(with("families/llama_yarn", "model.layers.1.self_attn.q_proj.qweight").find("quantised") != std::string::npos);
  CHECK(with("families/llama_yarn", "model.layers.1.self_attn.q_proj.lora_A.weight").find("merge_and_unload") !=
        std::string::npos);
  CHECK(with("families/llama_yarn", "model.layers.2.mlp.up_proj.weight").find("`num_hidden_layers`") !=
        std::string::npos);
  CHECK(with("families/llama_yarn", "lm_head.bias").find("holds `lm_head.bias`") != std::string::npos);
  // What can be computed, and what is beside the decoder, changes nothing of it.
  CHECK(with("families/mistral", "model.layers.0.self_attn.rotary_emb.inv_freq") == "read");
  CHECK(with("families/mistral", "score.weight") == "read");
}

TEST_CASE("a head beside tied embeddings may be there, if it is the same") {
  const auto head = [](double more) {
    return reading("families/qwen3_yarn", [&](Tensors& tensors, ModelConfig&) {
      tensors["lm_head.weight"] = tensors.at("model.embed_tokens.weight").clone();
      tensors["lm_head.weight"][3][5] += more;
    });
  };
  CHECK(head(0) == "read");
  CHECK(head(1) ==
        "/model.safetensors: tensor `lm_head.weight` differs from `model.embed_tokens.weight`, but "
        "`tie_word_embeddings` in config.json says that they are one");
}

TEST_CASE("shapes that differ are told from both sides") {
  CHECK(reading("families/mistral", [](Tensors&, ModelConfig& config) { config.vocabulary = 161; }) ==
        "/model.safetensors: tensor `lm_head.weight` has shape [160, 32], but the configuration asks for [161, 32]");
  CHECK(reading("families/phi3", [](Tensors&, ModelConfig& config) { config.kv_heads = 4; }) ==
        "/model.safetensors: tensor `model.layers.0.self_attn.qkv_proj.weight` has shape [64, 32], but the "
        "configuration asks for [96, 32]");
  // Nothing is allocated before that is known.
  CHECK(reading("families/mistral", [](Tensors&, ModelConfig& config) {
          config.vocabulary = 1 << 24, config.width = 1 << 20;
        }).find("but the configuration asks for [16777216, 1048576]") != std::string::npos);
}
