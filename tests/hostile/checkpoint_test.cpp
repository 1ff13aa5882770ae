#include <doctest/doctest.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "framework/host/temporary_folder.hpp"
#include "models/files/config.hpp"
#include "models/files/json_file.hpp"
#include "models/files/safetensors_header.hpp"
#include "models/tokenizer/tokenizer.hpp"

using namespace espalier::models;
using espalier::host::TemporaryFolder;

namespace {

template <class Read>
std::string complaint(Read read) {
  try {
    read();
  } catch (const CheckpointError& error) {
    return error.what();
  }
  return "read";
}

std::string repeated(const std::string& part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

/// A file of tensors with this header and so many bytes of data.
std::string file_of(const std::string& header, std::size_t data) {
  std::string file(8, '\0');
  const std::uint64_t length = header.size();
  std::memcpy(file.data(), &length, sizeof length);
  return file + header + std::string(data, '\0');
}

std::string of_header(const std::string& header, std::size_t data = 8) {
  return complaint([&] { read_safetensors_header(file_of(header, data), "f"); });
}

std::string tensor(const std::string& name, const std::string& shape, const std::string& offsets,
                   const std::string& type = "F32") {
  return "\"" + name + R"(":{"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

std::string tokenizer_text() {
  std::ifstream in(std::string(ESPALIER_SOURCE_DIR) + "/tests/golden/torch/tokenizers/gpt2/tokenizer.json");
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What is wrong with a tokenizer that was right before `change`.
template <class Change>
std::string of_tokenizer(Change change) {
  auto json = espalier::base::Json::parse(tokenizer_text());
  change(json);
  return complaint([&] { Tokenizer::parse(json.dump(), "t"); });
}

std::string of_config(const std::string& key, const std::string& value) {
  const TemporaryFolder folder;
  auto json = espalier::base::Json::parse(R"({"model_type":"llama","num_hidden_layers":2,"hidden_size":8,
    "num_attention_heads":2,"intermediate_size":16,"vocab_size":100,"eos_token_id":7})");
  const std::string file = folder.write("config.json", json.dump()).string();
  CHECK(complaint([&] { read_config(folder.path()); }) == "read");
  json[key] = espalier::base::Json::parse(value);
  folder.write("config.json", json.dump());
  const std::string what = complaint([&] { read_config(folder.path()); });
  return what.starts_with(file + ": ") ? what.substr(file.size() + 2) : what;
}

}  // namespace

TEST_CASE("tensors lie side by side and fill their file") {
  const std::string good = "{" + tensor("a", "[1]", "[0,4]") + "," + tensor("b", "[1,1]", "[4,8]") + "}";
  const std::string file = file_of(good, 8);
  const auto tensors = read_safetensors_header(file, "f");
  CHECK(tensors.at("a").elements() == 1);
  CHECK(tensors.at("b").data.data() == file.data() + file.size() - 4);
  CHECK(of_header("{" + tensor("a", "[0]", "[0,0]") + "," + tensor("b", "[2]", "[0,8]") + "}") == "read");
  CHECK(of_header("{" + tensor("a", "[2]", "[0,8]") + "," + tensor("b", "[1]", "[4,8]") + "}") ==
        "f: tensor `b` lies over the one before it");
  CHECK(of_header("{" + tensor("a", "[1]", "[4,8]") + "}") ==
        "f: tensor `a` lies behind 4 bytes that belong to no tensor");
  CHECK(of_header("{" + tensor("a", "[1]", "[0,4]") + "}") == "f: 4 bytes at the end belong to no tensor");
  CHECK(of_header(good, 7) ==
        "f: tensor `b` ends at byte 8 of the data, of which there are 7: the file may be cut off");
}

TEST_CASE("shapes of tensors are sizes") {
  CHECK(of_header("{" + tensor("a", "[-1,-2]", "[0,8]") + "}") == "f: tensor `a` has the negative size -1");
  CHECK(of_header("{" + tensor("a", "[1.5]", "[0,8]") + "}") == "f: tensor `a`: `shape` has the wrong type: [1.5]");
  CHECK(of_header("{" + tensor("a", "[2]", "[0,8.5]") + "}") ==
        "f: tensor `a`: `data_offsets` has the wrong type: [0,8.5]");
  CHECK(of_header("{" + tensor("a", "[4294967296,4294967296]", "[0,0]") + "}", 0) ==
        "f: tensor `a` has a shape of more elements than any file holds");
  CHECK(of_header("{" + tensor("a", "[3]", "[0,8]") + "}") ==
        "f: tensor `a` has 8 bytes of data, which is not what its shape says");
  CHECK(of_header("{" + tensor("a", "[2]", "[8,0]") + "}") ==
        "f: tensor `a`: `data_offsets` must be where its data begin and end");
  CHECK(
      of_header("{" + tensor("a", "[8]", "[0,8]", "F8_E4M3") + "}") ==
      "f: tensor `a` has the unsupported type \"F8_E4M3\"; take the checkpoint in BF16, F16 or F32, or run it behind a "
      "server and use language model `server`");
}

TEST_CASE("headers of tensors are JSON objects within their file") {
  CHECK(of_header(repeated("[", 100'000)) == "f (header):1:65: is nested too deeply: more than 64 levels are not read");
  CHECK(of_header("{\"a\":" + repeated("[", 100'000)).starts_with("f (header):1:69: is nested too deeply"));
  CHECK(of_header("[]") == "f: the header is no JSON object");
  CHECK(of_header("{\"a\":1}") == "f: tensor `a` is no JSON object");
  CHECK(of_header("{" + tensor("a", "[2]", "[0,8]") + "," + tensor("a", "[2]", "[0,8]") + "}")
            .ends_with("has the key \"a\" twice in one object"));
  CHECK(complaint([] { read_safetensors_header("1234567", "f"); }) == "f: the file is too short to be one of tensors");
  CHECK(complaint([] { read_safetensors_header(std::string(8, '\xff'), "f"); }) ==
        "f: the header is longer than the file, which may be cut off");
}

TEST_CASE("tokenizers give every token an id of its own, within reach") {
  using Json = espalier::base::Json;
  CHECK(of_tokenizer([](Json&) {}) == "read");
  CHECK(of_tokenizer([](Json& json) { json["model"]["vocab"]["zz"] = -1; }) ==
        "t: `vocab` gives \"zz\" the impossible id -1");
  CHECK(of_tokenizer([](Json& json) { json["model"]["vocab"]["zz"] = 16'000'000; }) ==
        "t: `vocab` gives \"zz\" the impossible id 16000000");
  CHECK(of_tokenizer([](Json& json) {
          json["model"]["vocab"]["zz"] = 1.5;
        }).starts_with("t: `vocab` has the wrong type"));
  CHECK(of_tokenizer([](Json& json) {
          json["model"]["vocab"]["zz"] = json["model"]["vocab"]["a"];
        }).ends_with("of another token"));
  CHECK(of_tokenizer([](Json& json) {
          json["added_tokens"][0]["id"] = json["model"]["vocab"]["a"];
        }).ends_with("of another token"));
  CHECK(of_tokenizer([](Json& json) { json["added_tokens"].push_back(json["added_tokens"][0]); }).ends_with(" twice"));
  CHECK(of_tokenizer([](Json& json) {
          json["model"]["merges"].push_back({1, 2});
        }).starts_with("t: `merges` has the entry [1,2], whose parts"));
  CHECK(of_tokenizer([](Json& json) { json["pre_tokenizer"]["type"] = 7; }).starts_with("t: `"));
  CHECK(of_tokenizer([](Json& json) { json["added_tokens"] = 7; }).starts_with("t: `added_tokens` has the wrong type"));
  CHECK(
      complaint([] { Tokenizer::parse(repeated("{\"model\":", 100'000), "t"); }).starts_with("t:1:577: is nested too"));
}

TEST_CASE("numbers of config.json have ranges, and no fractions") {
  CHECK(of_config("hidden_size", "2000000000") == "`hidden_size` must be in [1, 1048576], got 2000000000");
  CHECK(of_config("num_attention_heads", "-2") == "`num_attention_heads` must be in [1, 4096], got -2");
  CHECK(of_config("num_hidden_layers", "2.5") == "`num_hidden_layers` has the wrong type: 2.5");
  CHECK(of_config("vocab_size", "4294967297") == "`vocab_size` has the wrong type: 4294967297");
  CHECK(of_config("rope_theta", "-1") == "`rope_theta` must be above 0, got -1.0");
  CHECK(of_config("rms_norm_eps", "0") == "`rms_norm_eps` must be above 0, got 0.0");
  CHECK(of_config("eos_token_id", "[1,100]") ==
        "`eos_token_id` must be a token of the vocabulary, in [0, 100), got 100");
  CHECK(of_config("tie_word_embeddings", "1") == "`tie_word_embeddings` has the wrong type: 1");
  const TemporaryFolder folder;
  folder.write("config.json", repeated("[", 100'000));
  CHECK(complaint([&] { read_config(folder.path()); }).find(":1:65: is nested too deeply") != std::string::npos);
}
