#include "models/checkpoint/checkpoint.hpp"

#include "models/checkpoint/gguf_tensors.hpp"
#include "models/checkpoint/safetensors.hpp"
#include "models/files/checkpoint_folder.hpp"
#include "models/files/json_file.hpp"
#include "models/gguf/config.hpp"
#include "models/gguf/vocabulary.hpp"

namespace espalier::models {
namespace {

namespace fs = std::filesystem;

class FolderCheckpoint final : public Checkpoint {
 public:
  FolderCheckpoint(fs::path folder, bool weights_wanted) : folder_(std::move(folder)) {
    check_folder(folder_, weights_wanted);
  }

  ModelConfig config() const override { return read_config(folder_); }
  Tokenizer tokenizer() const override { return Tokenizer::read(folder_); }
  ChatFormat chat(const Tokenizer& tokenizer, const ChatOptions& options) const override {
    return ChatFormat::read(folder_, tokenizer, options);
  }
  std::unique_ptr<TensorSource> tensors() const override { return std::make_unique<TensorFolder>(folder_); }
  double repetition_penalty() const override { return read_repetition_penalty(folder_); }
  std::string generation_config() const override {
    const auto file = folder_ / "generation_config.json";
    return fs::exists(file) ? read_text(file) : std::string();
  }

 private:
  fs::path folder_;
};

/// Is read as the folder that the file was made from.
class GgufCheckpoint final : public Checkpoint {
 public:
  explicit GgufCheckpoint(const fs::path& path)
      : file_(std::make_shared<MappedFile>(path)), gguf_(read_gguf(file_->content(), path)) {}

  ModelConfig config() const override { return read_config(JsonFile(file_->path(), gguf_config(gguf_))); }
  Tokenizer tokenizer() const override {
    return Tokenizer::parse(gguf_tokenizer(gguf_.metadata).dump(), file_->path());
  }
  ChatFormat chat(const Tokenizer& tokenizer, const ChatOptions& options) const override {
    return ChatFormat::parse(gguf_tokenizer_config(gguf_.metadata).dump(), file_->path(), tokenizer, options);
  }
  std::unique_ptr<TensorSource> tensors() const override { return std::make_unique<GgufTensors>(file_, gguf_); }

 private:
  std::shared_ptr<const MappedFile> file_;
  Gguf gguf_;
};

}  // namespace

std::unique_ptr<Checkpoint> Checkpoint::open(const fs::path& path, bool weights_wanted) {
  if (path.extension() == ".gguf" && !fs::is_directory(path)) return std::make_unique<GgufCheckpoint>(path);
  return std::make_unique<FolderCheckpoint>(path, weights_wanted);
}

}  // namespace espalier::models
