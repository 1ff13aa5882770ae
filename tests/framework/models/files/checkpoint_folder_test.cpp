#include "models/files/checkpoint_folder.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "golden.hpp"
#include "models/files/json_file.hpp"

using namespace espalier::models;

namespace {

/// What is wrong with a folder of these files.
std::string fault(const std::vector<std::string>& names, bool weights_wanted = true) {
  const TemporaryFolder folder;
  for (const auto& name : names) write_text(folder.path() / name, "{}");
  try {
    check_folder(folder.path(), weights_wanted);
  } catch (const CheckpointError& error) {
    const std::string what = error.what(), path = folder.path().string();
    return what.substr(what.starts_with(path) ? path.size() + 1 : 0);
  }
  return "none";
}

}  // namespace

TEST_CASE("folders of other layouts are refused with the way from there") {
  const std::string right[] = {"config.json", "tokenizer.json"};
  CHECK(fault({right[0], right[1], "model.safetensors"}) == "none");
  CHECK(fault({right[0], right[1], "model.safetensors.index.json"}) == "none");
  CHECK(fault({right[0], right[1]}, false) == "none");
  const auto has = [](const std::string& text, const char* part) {
    CAPTURE(text);
    CHECK(text.find(part) != std::string::npos);
  };
  has(fault({right[0], right[1], "pytorch_model.bin"}), "has no model.safetensors; it has pytorch_model.bin: convert");
  has(fault({right[0], right[1], "pytorch_model-00001-of-00002.bin"}), "save_pretrained");
  has(fault({right[0], right[1], "model-00001-of-00002.safetensors"}), "there is no model.safetensors.index.json");
  has(fault({right[0], right[1], "consolidated.safetensors"}), "the original release");
  has(fault({right[0], right[1], "adapter_model.safetensors"}), "merge_and_unload");
  has(fault({right[0], right[1], "weights.gguf"}), "name that file instead");
  has(fault({right[0], right[1]}), "a checkpoint is a folder with config.json, tokenizer.json and *.safetensors");
  has(fault({"adapter_config.json", "adapter_model.safetensors"}), "has no config.json; it has adapter_config.json");
  has(fault({"params.json", "consolidated.00.pth"}), "converted for transformers");
  has(fault({right[0], "tokenizer.model"}), "a SentencePiece model; write tokenizer.json with");
  has(fault({}), "has no config.json; a checkpoint is a folder");
}
