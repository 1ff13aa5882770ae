#pragma once

#include <espalier/random.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/checkpoint/head.hpp"
#include "models/checkpoint/weights.hpp"
#include "models/decode/decoder.hpp"
#include "models/files/config.hpp"
#include "models/tokenizer/chat.hpp"
#include "models/tokenizer/tokenizer.hpp"
#include "models/tokenizer/vocabulary.hpp"

namespace espalier::models {

/// Where a model's arithmetic happens, and how much memory it may have beside its weights.
struct Placement {
  at::Device device = at::kCPU;
  at::ScalarType dtype = at::kFloat;
  CacheLimits cache;  ///< of each decoder
};

/// A language model as one loads it: vocabulary, chat format, weights, and a decoder over them. One thread.
class Model {
 public:
  /// Reads a checkpoint folder or a GGUF file. Throws CheckpointError naming file and key. With `drawn`, weights are
  /// drawn from that key instead, in the shape config.json tells; a folder then needs no *.safetensors. `chat`: what
  /// its chat template is told.
  static std::unique_ptr<Model> read(const std::filesystem::path& path, const Placement& placement,
                                     std::optional<Key> drawn = {}, const ChatOptions& chat = {});
  /// Learns a vocabulary from `texts` and draws weights from `key`; `architecture.vocabulary` follows from the texts.
  /// The vocabulary always has "</step>", so that process reward models find their separator.
  static std::unique_ptr<Model> fresh(ModelConfig architecture, const VocabularySpec& vocabulary,
                                      std::span<const std::string> texts, Key key, const Placement& placement);

  const ModelConfig& config() const { return weights_->config; }
  const Tokenizer& tokenizer() const { return tokenizer_; }
  const ChatFormat& chat() const { return chat_; }
  const Weights& weights() const { return *weights_; }
  /// The heads that the checkpoint has beside the decoder.
  const CheckpointHeads& heads() const { return heads_; }
  Decoder& decoder() { return *decoder_; }
  /// Another decoder of the same weights, seen through `adapter`, with a cache of its own.
  std::shared_ptr<Decoder> decoder_through(std::shared_ptr<const Adapter> adapter);
  /// A decoder of other weights, likewise. It does not hear of `weights_changed`.
  std::shared_ptr<Decoder> decoder_of(std::shared_ptr<const Weights> weights, std::shared_ptr<const Adapter> adapter);
  /// To be called after the weights have changed: all decoders of them forget what they have read.
  void weights_changed();
  /// How often the weights have changed.
  std::uint64_t version() const { return version_; }
  /// Makes the weights float32, in which they can be trained. Nothing may be reading them. Throws std::logic_error
  /// while there is a decoder from `decoder_through`.
  void widen();
  double repetition_penalty() const { return repetition_penalty_; }
  /// Whether `token` ends a message.
  bool ends(std::int32_t token) const;

  /// Writes a checkpoint folder that transformers and `read` read. Throws CheckpointError if it cannot be written.
  void save(const std::filesystem::path& folder) const;

 private:
  Model(Weights weights, Tokenizer tokenizer, ChatFormat chat, CacheLimits cache);

  std::shared_ptr<Weights> weights_;
  CheckpointHeads heads_;
  Tokenizer tokenizer_;
  ChatFormat chat_;
  CacheLimits cache_;
  std::shared_ptr<Decoder> decoder_;
  std::vector<std::weak_ptr<Decoder>> others_;
  double repetition_penalty_ = 1.0;
  std::string generation_text_;  // generation_config.json as it was read: what is learned changes none of it
  std::uint64_t version_ = 0;
};

}  // namespace espalier::models
