#include "models/files/config.hpp"

#include <doctest/doctest.h>

#include "golden.hpp"
#include "models/files/json_file.hpp"

using namespace espalier::models;

namespace {

using Json = espalier::base::Json;

/// A config.json of `family` with `more` in it.
ModelConfig config_with(const std::string& family, const std::string& more) {
  const TemporaryFolder folder;
  auto json = Json::parse(R"({"num_hidden_layers": 4, "hidden_size": 64, "num_attention_heads": 4,
                              "num_key_value_heads": 2, "head_dim": 16, "intermediate_size": 16, "vocab_size": 100,
                              "max_position_embeddings": 1000})");
  json["model_type"] = family;
  json.update(Json::parse(more));
  write_text(folder.path() / "config.json", json.dump());
  return read_config(folder.path());
}

std::string refusal(const std::string& family, const std::string& more) {
  try {
    config_with(family, more);
  } catch (const CheckpointError& error) {
    const std::string what = error.what();
    return what.substr(what.find(": ") + 2);
  }
  return "read";
}

std::vector<int> windows(const ModelConfig& config) {
  std::vector<int> list;
  for (int layer = 0; layer < config.layers; ++layer) list.push_back(config.window_of(layer));
  return list;
}

}  // namespace

TEST_CASE("families that are not read are refused by name, with the way out") {
  CHECK(refusal("gemma2", "{}") ==
        "`model_type` is \"gemma2\", which is not among llama, mistral, phi3, qwen2, qwen3: run it behind a server and "
        "use language model `server`");
}

TEST_CASE("sliding windows are where the family has them") {
  CHECK(windows(config_with("mistral", R"({"sliding_window": 7})")) == std::vector{7, 7, 7, 7});
  CHECK(windows(config_with("mistral", R"({"sliding_window": null})")) == std::vector{0, 0, 0, 0});
  CHECK(windows(config_with("mistral", "{}")) == std::vector{4096, 4096, 4096, 4096});
  CHECK(windows(config_with("phi3", "{}")) == std::vector{0, 0, 0, 0});
  CHECK(windows(config_with("phi3", R"({"sliding_window": 2047})")) == std::vector{2047, 2047, 2047, 2047});
  CHECK(windows(config_with("llama", R"({"sliding_window": 7})")) == std::vector{0, 0, 0, 0});
  CHECK(windows(config_with("qwen2", R"({"sliding_window": 7, "max_window_layers": 1})")) == std::vector{0, 0, 0, 0});
  CHECK(windows(config_with("qwen2", R"({"use_sliding_window": true, "sliding_window": 7, "max_window_layers": 3})")) ==
        std::vector{0, 0, 0, 7});
  CHECK(windows(config_with("qwen3", R"({"use_sliding_window": true, "sliding_window": 7, "layer_types":
            ["sliding_attention", "full_attention", "sliding_attention", "full_attention"]})")) ==
        std::vector{7, 0, 7, 0});
  CHECK(refusal("qwen3", R"({"use_sliding_window": true, "layer_types": ["full_attention"]})") ==
        "`layer_types` has 1 entries, but `num_hidden_layers` is 4");
  CHECK(refusal("qwen3", R"({"use_sliding_window": true, "layer_types": ["a", "a", "a", "a"]})").find("known are") !=
        std::string::npos);
  CHECK(refusal("mistral", R"({"sliding_window": 0})") == "`sliding_window` must be above 0, or null");
  CHECK(refusal("mistral", R"({"layer_types": ["full_attention", "sliding_attention", "sliding_attention",
                               "sliding_attention"]})")
            .find("which mistral does not have") != std::string::npos);
}

TEST_CASE("a windowed token costs what it sees") {
  ModelConfig config = small_config();
  const double near = config.flops(15), far = config.flops(1015);
  CHECK(far - near == doctest::Approx(4.0 * config.layers * config.query_width() * 1000));
  config.window = 16, config.windowed = {true, true};
  CHECK(config.flops(1015) == near);
}

TEST_CASE("the context counts in what a scaling makes of it") {
  const auto context = [](const std::string& family, const std::string& rope) {
    return config_with(family, R"({"rope_scaling": )" + rope + "}").context();
  };
  CHECK(context("llama", "null") == 1000);
  CHECK(context("llama", R"({"type": "linear", "factor": 4})") == 4000);
  CHECK(context("qwen2", R"({"type": "yarn", "factor": 4, "original_max_position_embeddings": 1000})") == 4000);
  CHECK(context("qwen2", R"({"type": "yarn", "factor": 2, "original_max_position_embeddings": 100})") == 1000);
  CHECK(context("phi3", R"({"type": "su", "short_factor": [1,1,1,1,1,1,1,1], "long_factor": [2,2,2,2,2,2,2,2]})") ==
        1000);
  CHECK(config_with("phi3", R"({"original_max_position_embeddings": 300, "rope_scaling": {"type": "longrope",
            "short_factor": [1,1,1,1,1,1,1,1], "long_factor": [2,2,2,2,2,2,2,2]}})")
            .context() == 300);
}

TEST_CASE("both layouts of RoPE say the same") {
  const auto old_layout = config_with("qwen3", R"({"rope_theta": 5000.0, "rope_scaling": {"type": "yarn", "factor": 4.0,
      "original_max_position_embeddings": 100}})");
  const auto new_layout = config_with("qwen3", R"({"rope_parameters": {"rope_theta": 5000.0, "rope_type": "yarn",
      "factor": 4.0, "original_max_position_embeddings": 100}})");
  CHECK(old_layout.rope.frequencies(16) == new_layout.rope.frequencies(16));
  CHECK(old_layout.rope.attention_factor() == new_layout.rope.attention_factor());
  CHECK(old_layout.rope.frequencies(16) != config_with("qwen3", R"({"rope_theta": 5000.0})").rope.frequencies(16));
}

TEST_CASE("ways of rotating that are not known are refused, with the way out") {
  const auto refused = [](const std::string& family, const std::string& rope) {
    return refusal(family, R"({"rope_scaling": )" + rope + "}");
  };
  CHECK(
      refused("llama", R"({"type": "dynamic", "factor": 2})") ==
      "`rope_scaling` asks for RoPE of type \"dynamic\", whose frequencies change with the length of a text, which is "
      "not supported; without `rope_scaling` the model reads its 1000 positions, and behind a server (language model "
      "`server`) more");
  CHECK(
      refused("llama", R"({"type": "spiral"})") ==
      "`rope_scaling` asks for RoPE of type \"spiral\"; known are default, linear, llama3, longrope and yarn. A server "
      "may know it: run it there, and use language model `server`");
  CHECK(refused("qwen3", R"({"full_attention": {"rope_type": "default"}})").find("one per kind of layer") !=
        std::string::npos);
  CHECK(refused("llama", R"("yarn")") == "`rope_scaling` must be an object, not \"yarn\"");
  CHECK(refused("llama", R"({"type": "linear"})") == "`factor` is missing");
  CHECK(refused("llama", R"({"type": "linear", "factor": 0.5})").starts_with("`factor` must be in [1.0, "));
  CHECK(refused("llama", R"({"type": "yarn", "factor": 4, "beta_fast": 0.5})").starts_with("`beta_fast` must be in"));
  CHECK(refused("phi3", R"({"type": "longrope", "short_factor": [1], "long_factor": [1]})") ==
        "`short_factor` has 1 factors, but there are 8 frequencies");
  CHECK(refusal("llama", R"({"partial_rotary_factor": 0.5})") ==
        "`partial_rotary_factor` is 0.5, but all of a head of llama is rotated");
  CHECK(refusal("phi3", R"({"partial_rotary_factor": 0.07})").find("an even number of a head's 16 dimensions") !=
        std::string::npos);
}

TEST_CASE("quantised weights and other activations are refused by name") {
  CHECK(
      refusal("llama", R"({"quantization_config": {"quant_method": "gptq"}})")
          .starts_with("`quantization_config` says that the weights are quantised (\"gptq\"), which is not supported"));
  CHECK(refusal("llama", R"({"hidden_act": "gelu"})").find("only \"silu\"") != std::string::npos);
}
