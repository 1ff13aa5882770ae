#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "models/checkpoint/tensor_source.hpp"
#include "models/files/config.hpp"
#include "models/tokenizer/chat.hpp"
#include "models/tokenizer/tokenizer.hpp"

namespace espalier::models {

/// A checkpoint as it lies on disk: a Hugging Face folder, or a GGUF file. What it reads throws CheckpointError naming
/// file and key.
class Checkpoint {
 public:
  /// Looks whether there is a checkpoint at `path`, with tensors where `weights_wanted`; reads none of them. Throws
  /// CheckpointError.
  static std::unique_ptr<Checkpoint> open(const std::filesystem::path& path, bool weights_wanted);
  virtual ~Checkpoint() = default;
  Checkpoint(const Checkpoint&) = delete;
  Checkpoint& operator=(const Checkpoint&) = delete;

  virtual ModelConfig config() const = 0;
  virtual Tokenizer tokenizer() const = 0;
  virtual ChatFormat chat(const Tokenizer& tokenizer, const ChatOptions& options) const = 0;
  virtual std::unique_ptr<TensorSource> tensors() const = 0;
  /// By which the logits of tokens seen before are divided; 1 where nothing is told.
  virtual double repetition_penalty() const { return 1.0; }
  /// The generation_config.json as it lies there; empty where there is none.
  virtual std::string generation_config() const { return {}; }

 protected:
  Checkpoint() = default;
};

}  // namespace espalier::models
