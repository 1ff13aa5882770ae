#include "models/checkpoint/gguf_tensors.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "golden.hpp"
#include "models/checkpoint/safetensors.hpp"
#include "models/gguf/config.hpp"

using namespace espalier::models;

namespace {

std::filesystem::path golden_gguf(const std::string& name) {
  return std::filesystem::path(ESPALIER_SOURCE_DIR) / "tests" / "golden" / "gguf" / name;
}

}  // namespace

TEST_CASE("a GGUF file is read as the folder that it was made from") {
  for (const std::string name : {"llama", "qwen3"}) {
    CAPTURE(name);
    const auto file = std::make_shared<MappedFile>(golden_gguf(name + ".gguf"));
    const Gguf gguf = read_gguf(file->content(), file->path());
    const GgufTensors tensors(file, gguf);
    const TensorFolder folder(golden("models/" + name));
    const ModelConfig config = read_config(golden("models/" + name));
    CHECK(tensors.names().size() == folder.names().size());
    for (const auto& tensor : folder.names()) {
      CAPTURE(tensor);
      CHECK(at::equal(tensors.view(tensor), folder.view(tensor).to(at::kFloat)));
    }
    const ModelConfig found = read_config(JsonFile(file->path(), gguf_config(gguf)));
    const TemporaryFolder here, there;
    write_config(here.path(), found);
    write_config(there.path(), config);
    auto theirs = JsonFile(there.path() / "config.json").root(), ours = JsonFile(here.path() / "config.json").root();
    for (auto* json : {&theirs, &ours})
      for (const char* key : {"bos_token_id", "eos_token_id"}) json->erase(key);  // of which the golden files have some
    CHECK(ours == theirs);
  }
}

TEST_CASE("heads whose rows are no two halves are refused") {
  const auto file = std::make_shared<MappedFile>(golden_gguf("llama.gguf"));
  Gguf gguf = read_gguf(file->content(), file->path());
  gguf.tensors.at("blk.0.attn_q.weight").shape.front() -= 1;
  const GgufTensors tensors(file, gguf);
  CHECK_THROWS_WITH_AS(tensors.view("model.layers.0.self_attn.q_proj.weight"),
                       doctest::Contains("are no two halves of"), CheckpointError);
  CHECK_THROWS_WITH_AS(tensors.view("lost"), doctest::Contains("tensor `lost` is missing"), CheckpointError);
}
