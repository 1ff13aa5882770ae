#include "models/gguf/vocabulary.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/json_value.hpp"
#include "framework/models/gguf/gguf_bytes.hpp"
#include "models/files/json_file.hpp"
#include "models/gguf/gguf.hpp"
#include "models/tokenizer/tokenizer.hpp"

using namespace espalier::models;
using espalier::base::Json;

namespace {

const Json& golden_vocabulary(const std::string& name) {
  static const Json all = JsonFile(golden_gguf("vocabularies.json")).root();
  return all.at(name);
}

template <class T>
std::vector<T> list(const Json& json, const std::string& key) {
  return espalier::base::member<std::vector<T>>(json, key);
}

GgufBytes byte_level(const std::string& pre) {
  const Json& golden = golden_vocabulary("byte_level");
  return GgufBytes()
      .add("tokenizer.ggml.model", "gpt2")
      .add("tokenizer.ggml.pre", pre)
      .add("tokenizer.ggml.tokens", list<std::string>(golden, "tokens"))
      .add("tokenizer.ggml.token_type", list<int>(golden, "types"))
      .add("tokenizer.ggml.merges", list<std::string>(golden, "merges"));
}

template <class Use>
auto with(const GgufBytes& bytes, Use use) {
  const std::string file = bytes.bytes();
  return use(read_gguf(file, "f").metadata);
}

std::string complaint(const GgufBytes& bytes) {
  return with(bytes, [](const GgufMetadata& metadata) -> std::string {
    try {
      gguf_tokenizer(metadata);
      gguf_tokenizer_config(metadata);
    } catch (const CheckpointError& error) {
      return error.what();
    }
    return "read";
  });
}

void check_ids(const GgufBytes& bytes, const Json& golden, const std::string& expected) {
  const std::string json = with(bytes, [](const GgufMetadata& metadata) { return gguf_tokenizer(metadata).dump(); });
  const Tokenizer tokenizer = Tokenizer::parse(json, "f");
  const auto ids = list<Json>(golden.at("ids"), expected);
  const auto texts = list<std::string>(golden, "texts");
  REQUIRE(ids.size() == texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CAPTURE(expected);
    CAPTURE(texts[i]);
    CHECK(Json(tokenizer.encode(texts[i])) == ids[i]);
  }
}

}  // namespace

TEST_CASE("byte-level vocabularies cut texts as llama.cpp does, whatever their way of cutting") {
  const Json& golden = golden_vocabulary("byte_level");
  for (const auto& [pre, ids] : golden.at("ids").items()) check_ids(byte_level(pre), golden, pre);
}

TEST_CASE("SentencePiece's vocabularies merge by score, with and without a space before the text") {
  const Json& golden = golden_vocabulary("sentence_piece");
  for (const bool prefix : {true, false}) {
    check_ids(GgufBytes()
                  .add("tokenizer.ggml.model", "llama")
                  .add("tokenizer.ggml.tokens", list<std::string>(golden, "tokens"))
                  .add("tokenizer.ggml.token_type", list<int>(golden, "types"))
                  .add("tokenizer.ggml.scores", list<float>(golden, "scores"))
                  .add("tokenizer.ggml.add_space_prefix", prefix),
              golden, prefix ? "prefix" : "plain");
  }
}

TEST_CASE("what a vocabulary is, is told by its metadata") {
  CHECK(complaint(byte_level("smollm")) == "read");
  CHECK(
      complaint(byte_level("kimi-k2"))
          .starts_with("f: `tokenizer.ggml.pre` is \"kimi-k2\", a way of cutting texts that is not known; known are "));
  CHECK(complaint(GgufBytes().add("tokenizer.ggml.model", "t5")) ==
        "f: `tokenizer.ggml.model` is \"t5\"; known are gpt2 and llama; let llama-server run the file as a model of "
        "type \"server\"");
  CHECK(complaint(GgufBytes()) == "f: `tokenizer.ggml.model` is missing");
  const auto small = [](const std::vector<std::string>& tokens, const std::vector<int>& types) {
    return GgufBytes()
        .add("tokenizer.ggml.model", "gpt2")
        .add("tokenizer.ggml.tokens", tokens)
        .add("tokenizer.ggml.token_type", types);
  };
  CHECK(complaint(small({"a", "b", "a"}, {1, 1, 1})) ==
        "f: `tokenizer.ggml.tokens` has elements 0 and 2 that are the same");
  CHECK(complaint(small({"a"}, {1, 1})) == "f: `tokenizer.ggml.token_type` has 2 elements for 1 tokens");
  CHECK(complaint(small({"a"}, {1}).add("tokenizer.ggml.merges", std::vector<std::string>{"ab"})) ==
        "f: `tokenizer.ggml.merges` has \"ab\", which is no pair of tokens");
  CHECK(complaint(byte_level("smollm").add("tokenizer.ggml.eos_token_id", 5000))
            .starts_with("f: `tokenizer.ggml.eos_token_id` is 5000; the vocabulary has "));
  CHECK(complaint(GgufBytes()
                      .add("tokenizer.ggml.model", "llama")
                      .add("tokenizer.ggml.tokens", std::vector<std::string>{"<unk>", "<s>", "</s>"}))
            .starts_with("f: `tokenizer.ggml.tokens` lacks <0x00>"));
}

TEST_CASE("control tokens and chat templates are those of the metadata") {
  const auto config = [](const GgufBytes& bytes) { return with(bytes, gguf_tokenizer_config); };
  const auto tokens = list<std::string>(golden_vocabulary("byte_level"), "tokens");
  const auto plain =
      config(byte_level("smollm").add("tokenizer.ggml.bos_token_id", 1).add("tokenizer.ggml.eos_token_id", 2));
  CHECK_FALSE(plain.contains("bos_token"));  // nothing would begin with it
  CHECK(plain.at("eos_token") == tokens[2]);
  const auto started =
      config(byte_level("smollm").add("tokenizer.ggml.bos_token_id", 1).add("tokenizer.ggml.add_bos_token", true));
  CHECK(started.at("bos_token") == tokens[1]);
  CHECK(config(byte_level("smollm").add("tokenizer.chat_template", "one")).at("chat_template") == "one");
  const auto several = config(byte_level("smollm")
                                  .add("tokenizer.chat_template", "one")
                                  .add("tokenizer.chat_template.tool_use", "two")
                                  .add("tokenizer.chat_templates", std::vector<std::string>{"tool_use"}));
  CHECK(several.at("chat_template").at(1) == Json({{"name", "tool_use"}, {"template", "two"}}));
}
