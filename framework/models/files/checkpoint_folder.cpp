#include "models/files/checkpoint_folder.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "models/files/json_file.hpp"

namespace espalier::models {
namespace {

namespace fs = std::filesystem;

/// A file of another layout, by which people take a folder for a checkpoint, and the way from there.
struct Layout {
  const char* begin;  ///< of the file's name
  const char* end;
  const char* way_out;
};

constexpr const char* kConverted =
    "convert it where it is trusted, as reading it can run code: python3 -c \"from transformers import "
    "AutoModelForCausalLM as M; M.from_pretrained('FOLDER').save_pretrained('FOLDER')\"";

constexpr Layout kInsteadOfConfig[] = {
    {"adapter_config", ".json",
     "a PEFT adapter; merge it into its base model first: merge_and_unload, save_pretrained"},
    {"params", ".json", "the original release; take the checkpoint that was converted for transformers"},
    {"", ".gguf", "a GGUF file; name that file instead of the folder"},
};
constexpr Layout kInsteadOfTokenizer[] = {
    {"tokenizer", ".model",
     "a SentencePiece model; write tokenizer.json with python3 -c \"from transformers import AutoTokenizer as T; "
     "T.from_pretrained('FOLDER', use_fast=True).save_pretrained('FOLDER')\""},
    {"tekken", ".json", "Mistral's own tokenizer; take a checkpoint that has tokenizer.json as well"},
    {"vocab", ".json",
     "an older layout; write tokenizer.json with python3 -c \"from transformers import AutoTokenizer as T; "
     "T.from_pretrained('FOLDER', use_fast=True).save_pretrained('FOLDER')\""},
};
constexpr Layout kInsteadOfTensors[] = {
    {"pytorch_model", ".bin", kConverted},
    {"model-", ".safetensors",
     "one of several shards, and there is no model.safetensors.index.json, which says what "
     "each holds: it has to be fetched too"},
    {"adapter_model", ".safetensors",
     "a PEFT adapter; merge it into its base model first: merge_and_unload, save_pretrained"},
    {"consolidated", "", "the original release; take the checkpoint that was converted for transformers"},
    {"", ".gguf", "a GGUF file; name that file instead of the folder"},
    {"", ".safetensors", "not named as transformers names it: model.safetensors"},
    {"tf_model", ".h5", kConverted},
    {"flax_model", ".msgpack", kConverted},
    {"", ".pth", "the original release; take the checkpoint that was converted for transformers"},
};

template <std::size_t Count>
[[noreturn]] void refuse(const fs::path& folder, const char* lacking, const Layout (&instead)[Count]) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  const std::string what = folder.string() + " has no " + lacking;
  for (const auto& [begin, end, way_out] : instead)
    for (const auto& name : names)
      if (name.starts_with(begin) && name.ends_with(end))
        throw CheckpointError(what + "; it has " + name + ": " + way_out);
  throw CheckpointError(what + "; a checkpoint is a folder with config.json, tokenizer.json and *.safetensors");
}

}  // namespace

void check_folder(const fs::path& folder, bool weights_wanted) {
  if (!fs::is_directory(folder))
    throw CheckpointError(folder.string() +
                          " is no folder; a checkpoint is a folder with config.json, tokenizer.json and *.safetensors");
  if (!fs::exists(folder / "config.json")) refuse(folder, "config.json", kInsteadOfConfig);
  if (!fs::exists(folder / "tokenizer.json")) refuse(folder, "tokenizer.json", kInsteadOfTokenizer);
  if (weights_wanted && !fs::exists(folder / kTensorFile) && !fs::exists(folder / kTensorIndex))
    refuse(folder, kTensorFile, kInsteadOfTensors);
}

}  // namespace espalier::models
