#include "hostile/readers.hpp"

#include <espalier/kit/datasets/records_file.hpp>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "host/manifest/manifest.hpp"
#include "host/manifest/sweep.hpp"
#include "hostile/reader_folder.hpp"
#include "http/client.hpp"
#include "models/files/config.hpp"
#include "models/files/json_file.hpp"
#include "models/files/safetensors_header.hpp"
#include "models/gguf/config.hpp"
#include "models/gguf/vocabulary.hpp"
#include "models/tokenizer/tokenizer.hpp"
#include "server/reply.hpp"

namespace espalier::hostile {
namespace {

void read_dataset(const std::string& name, std::string_view bytes) {
  stored::Mistakes mistakes;
  stored::read_records(
      folder_with(name, bytes) / name, {}, [](const stored::Record& record) { record.has("a"); }, mistakes);
}

}  // namespace

void read_manifest(std::string_view bytes) {
  host::Diagnostics diagnostics;
  const host::Node root = host::parse_manifest(bytes, "m.toml", diagnostics);
  static_cast<void>(host::canonical_text(root));
  static_cast<void>(host::sweep_points(root));
}

void read_json(std::string_view bytes) {
  try {
    const auto sorted = base::parse_json<base::Json>(bytes, "f");
    const auto ordered = base::parse_json<base::OrderedJson>(bytes, "f");
    if (base::Json(ordered) != sorted) __builtin_trap();
    if (base::parse_json<base::OrderedJson>(ordered.dump(), "f") != ordered) __builtin_trap();
  } catch (const base::JsonError&) {
  }
}

void read_json_lines(std::string_view bytes) { read_dataset("records.jsonl", bytes); }

void read_csv(std::string_view bytes) { read_dataset("records.csv", bytes); }

void read_safetensors(std::string_view bytes) {
  try {
    std::size_t sum = 0;
    for (const auto& [name, tensor] : models::read_safetensors_header(bytes, "f")) {
      for (const char byte : tensor.data) sum += static_cast<unsigned char>(byte);
    }
    if (sum > 255 * bytes.size()) __builtin_trap();  // data that lie in one another
  } catch (const models::CheckpointError&) {
  }
}

void read_gguf(std::string_view bytes) {
  try {
    const auto gguf = models::read_gguf(bytes, "f");
    std::size_t data = 0;
    for (const auto& [name, tensor] : gguf.tensors) {
      data += tensor.data.size();
      std::vector<float> block(static_cast<std::size_t>(tensor.numbers->block));
      tensor.read(tensor.elements() - tensor.numbers->block, tensor.numbers->block, block.data());
    }
    if (data > bytes.size()) __builtin_trap();  // data that lie in one another
    static_cast<void>(models::gguf_config(gguf).dump());
    const auto tokenizer = models::Tokenizer::parse(models::gguf_tokenizer(gguf.metadata).dump(), "f");
    static_cast<void>(tokenizer.decode(tokenizer.encode("a \xc3\xa9 7")));
    static_cast<void>(models::gguf_tokenizer_config(gguf.metadata).dump());
  } catch (const models::CheckpointError&) {
  }
}

void read_tokenizer(std::string_view bytes) {
  try {
    const auto tokenizer = models::Tokenizer::parse(std::string(bytes), "t");
    static_cast<void>(tokenizer.decode(tokenizer.encode("a \xc3\xa9 7")));
  } catch (const models::CheckpointError&) {
  }
}

void read_config(std::string_view bytes) {
  const auto folder = folder_with("config.json", bytes);
  try {
    const auto config = models::read_config(folder);
    if (config.weights() <= 0 || config.active_weights() <= 0) __builtin_trap();
  } catch (const models::CheckpointError&) {
  }
}

void read_server_reply(std::string_view bytes) {
  try {
    const auto reply = server::read_reply(bytes);
    if (reply.choices.empty()) __builtin_trap();
    if (reply.cached_tokens && reply.prompt_tokens && *reply.cached_tokens > *reply.prompt_tokens) __builtin_trap();
    for (const auto& choice : reply.choices) {
      if (!base::is_utf8(choice.text)) __builtin_trap();
      for (const float logprob : choice.logprobs.value_or(std::vector<float>{})) {
        if (!(logprob <= 0)) __builtin_trap();
      }
    }
  } catch (const http::Unreadable& error) {
    if (!base::is_utf8(error.what())) __builtin_trap();
  }
}

}  // namespace espalier::hostile
