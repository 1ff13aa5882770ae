#include "models/gguf/config.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>

#include "framework/models/gguf/gguf_bytes.hpp"
#include "models/files/json_file.hpp"

using namespace espalier::models;

namespace {

/// A file of that architecture, whose only tensor is the table of 10 embeddings.
GgufBytes of_architecture(const std::string& name) {
  return GgufBytes()
      .add("general.architecture", name)
      .add(name + ".block_count", 2)
      .add(name + ".context_length", 128)
      .add(name + ".embedding_length", 32)
      .add(name + ".feed_forward_length", 64)
      .add(name + ".attention.head_count", 4)
      .add(name + ".attention.head_count_kv", 2)
      .add(name + ".attention.layer_norm_rms_epsilon", 1e-5F)
      .tensor("token_embd.weight", {32, 10}, 0, 0);
}

espalier::base::Json config(const GgufBytes& bytes) {
  const std::string file = bytes.bytes(32 * 10 * 4);
  return gguf_config(read_gguf(file, "f"));
}

std::string complaint(const GgufBytes& bytes) {
  try {
    config(bytes);
  } catch (const CheckpointError& error) {
    return error.what();
  }
  return "read";
}

}  // namespace

TEST_CASE("metadata become the config.json that they were made from") {
  const auto llama =
      config(of_architecture("llama").add("llama.rope.freq_base", 5e5F).add("tokenizer.ggml.eos_token_id", 2));
  CHECK(llama.at("model_type") == "llama");
  CHECK(llama.at("num_hidden_layers") == 2);
  CHECK(llama.at("head_dim") == 8);
  CHECK(llama.at("vocab_size") == 10);
  CHECK(llama.at("rope_theta") == 5e5);
  CHECK(llama.at("rms_norm_eps") == 1e-5);
  CHECK(llama.at("tie_word_embeddings") == true);
  CHECK(llama.at("eos_token_id") == 2);
  CHECK(config(of_architecture("llama").add("llama.attention.sliding_window", 64)).at("model_type") == "mistral");
  CHECK(config(of_architecture("qwen3").add("qwen3.attention.key_length", 16)).at("head_dim") == 16);
  const auto yarn = config(of_architecture("qwen2")
                               .add("qwen2.rope.scaling.type", "yarn")
                               .add("qwen2.rope.scaling.factor", 4.0F)
                               .add("qwen2.rope.scaling.original_context_length", 32));
  CHECK(yarn.at("rope_scaling") ==
        espalier::base::Json({{"rope_type", "yarn"}, {"factor", 4.0}, {"original_max_position_embeddings", 32}}));
  const auto ends =
      config(of_architecture("llama").add("tokenizer.ggml.eos_token_id", 2).add("tokenizer.ggml.eot_token_id", 3));
  CHECK(ends.at("eos_token_id") == espalier::base::Json({2, 3}));
}

TEST_CASE("what has no word in config.json is refused with a way out") {
  CHECK(
      complaint(of_architecture("gemma2")) ==
      "f: `general.architecture` is \"gemma2\"; known are llama, qwen2, qwen3 and phi3; let llama-server run the file "
      "as a model of type \"server\"");
  CHECK(
      complaint(of_architecture("llama").add("llama.expert_count", 8)).starts_with("f: `llama.expert_count` is not 0"));
  CHECK(complaint(of_architecture("llama").add("llama.logit_scale", 0.5F))
            .starts_with("f: `llama.logit_scale` is not known here and may change the arithmetic; "));
  CHECK(complaint(of_architecture("phi3").add("phi3.rope.dimension_count", 6))
            .starts_with("f: `phi3.rope.dimension_count` is not the width of a head, 8"));
  CHECK(complaint(of_architecture("llama").add("llama.rope.scaling.type", "longrope"))
            .starts_with("f: `llama.rope.scaling.type` is \"longrope\"; known are none, linear and yarn"));
  CHECK(complaint(of_architecture("llama").add("tokenizer.ggml.tokens", std::vector<std::string>(11, "a")))
            .starts_with("f: `tokenizer.ggml.tokens` has 11 elements, but token_embd.weight has rows for 10"));
  CHECK(complaint(of_architecture("llama").add("llama.rope.freq_base", NAN)) ==
        "f: `llama.rope.freq_base` must be a number above 0");
  CHECK(complaint(GgufBytes().add("general.architecture", "llama")) == "f: `llama.block_count` is missing");
}

TEST_CASE("the divisors of Llama 3.x become the numbers that they were made of") {
  constexpr int kPairs = 16;
  const auto file = [](const std::function<float(int)>& divisor) {
    std::string bytes = GgufBytes()
                            .add("general.architecture", "llama")
                            .add("llama.block_count", 1)
                            .add("llama.context_length", 128)
                            .add("llama.embedding_length", 2 * kPairs)
                            .add("llama.feed_forward_length", 8)
                            .add("llama.attention.head_count", 1)
                            .add("llama.attention.layer_norm_rms_epsilon", 1e-5F)
                            .tensor("token_embd.weight", {2 * kPairs, 1}, 0, 0)
                            .tensor("rope_freqs.weight", {kPairs}, 0, 2 * kPairs * 4)
                            .bytes(2 * kPairs * 4);
    for (int i = 0; i < kPairs; ++i) bytes += GgufBytes::raw(divisor(i));
    return bytes;
  };
  const auto divisor = [](int i) {
    const double wavelength = 2 * 3.14159265358979 * std::pow(10000.0, 2.0 * i / (2 * kPairs));
    const double smooth = std::clamp((8192 / wavelength - 1) / 3, 0.0, 1.0);
    return static_cast<float>(1 / ((1 - smooth) / 32 + smooth));
  };
  const std::string good = file(divisor);
  const auto scaling = gguf_config(read_gguf(good, "f")).at("rope_scaling");
  CHECK(scaling.at("rope_type") == "llama3");
  CHECK(scaling.at("factor") == 32);
  CHECK(scaling.at("original_max_position_embeddings") == 8192);
  const std::string odd = file([&](int i) { return i == 3 ? 2.0F : divisor(i); });
  CHECK_THROWS_WITH_AS(gguf_config(read_gguf(odd, "f")),
                       doctest::Contains("`rope_freqs.weight` are not the divisors of a Llama 3.x"), CheckpointError);
}
