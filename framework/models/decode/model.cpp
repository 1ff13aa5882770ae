#include "models/decode/model.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "models/checkpoint/checkpoint.hpp"
#include "models/checkpoint/checkpoint_heads.hpp"
#include "models/files/json_file.hpp"

namespace espalier::models {
namespace {

constexpr std::string_view kStep = "</step>";  // what process reward models put after each message

}  // namespace

Model::Model(Weights weights, Tokenizer tokenizer, ChatFormat chat, CacheLimits cache)
    : weights_(std::make_shared<Weights>(std::move(weights))),
      tokenizer_(std::move(tokenizer)),
      chat_(std::move(chat)),
      cache_(std::move(cache)),
      decoder_(decoder_of(weights_, nullptr)) {}

std::shared_ptr<Decoder> Model::decoder_of(std::shared_ptr<const Weights> weights,
                                           std::shared_ptr<const Adapter> adapter) {
  return std::make_shared<Decoder>(std::move(weights), std::move(adapter), cache_);
}

std::shared_ptr<Decoder> Model::decoder_through(std::shared_ptr<const Adapter> adapter) {
  std::erase_if(others_, [](const auto& other) { return other.expired(); });
  auto decoder = decoder_of(weights_, std::move(adapter));
  others_.push_back(decoder);
  return decoder;
}

void Model::weights_changed() {
  ++version_;
  decoder_->forget();
  for (const auto& other : others_)
    if (const auto decoder = other.lock()) decoder->forget();
}

void Model::widen() {
  if (weights_->dtype() == at::kFloat) return;
  if (std::ranges::any_of(others_, [](const auto& other) { return !other.expired(); }))
    throw std::logic_error("the weights are being read; they cannot become float32 now");
  *weights_ = weights_->mapped([](const at::Tensor& tensor) { return tensor.to(at::kFloat); });
  decoder_ = decoder_of(weights_, nullptr);
}

std::unique_ptr<Model> Model::read(const std::filesystem::path& path, const Placement& placement,
                                   std::optional<Key> drawn, const ChatOptions& options) {
  const auto checkpoint = Checkpoint::open(path, !drawn);
  ModelConfig config = checkpoint->config();
  Tokenizer tokenizer = checkpoint->tokenizer();
  if (tokenizer.size() > config.vocabulary)
    throw CheckpointError(path.string() + ": the largest id of the tokenizer is " +
                          std::to_string(tokenizer.size() - 1) + ", but `vocab_size` of the model is " +
                          std::to_string(config.vocabulary));
  ChatFormat chat = checkpoint->chat(tokenizer, options);
  const auto tensors = drawn ? nullptr : checkpoint->tensors();
  if (tensors && lacks_output_head(*tensors)) config.tied_embeddings = true;
  Weights weights = drawn ? Weights::draw(config, *drawn, placement.device, placement.dtype)
                          : Weights::read(*tensors, config, placement.device, placement.dtype);
  std::unique_ptr<Model> model(new Model(std::move(weights), std::move(tokenizer), std::move(chat), placement.cache));
  if (!drawn) model->heads_ = read_heads(*tensors, *model->weights_);
  model->repetition_penalty_ = checkpoint->repetition_penalty();
  model->generation_text_ = checkpoint->generation_config();
  return model;
}

std::unique_ptr<Model> Model::fresh(ModelConfig architecture, const VocabularySpec& vocabulary,
                                    std::span<const std::string> texts, Key key, const Placement& placement) {
  VocabularySpec spec = vocabulary;
  const auto tags = ChatFormat::tag_tokens();
  for (const auto& tag : tags) std::erase(spec.specials, tag);
  spec.specials.insert(spec.specials.begin(), tags.begin(), tags.end());
  if (std::ranges::find(spec.specials, kStep) == spec.specials.end()) spec.specials.emplace_back(kStep);
  Tokenizer tokenizer = learn_vocabulary(texts, spec);
  ChatFormat chat = ChatFormat::tags(tokenizer);
  architecture.vocabulary = tokenizer.size();
  architecture.end_tokens = {chat.end_token()};
  Weights weights = Weights::draw(architecture, key, placement.device, placement.dtype);
  return std::unique_ptr<Model>(new Model(std::move(weights), std::move(tokenizer), std::move(chat), placement.cache));
}

bool Model::ends(std::int32_t token) const {
  return token == chat_.end_token() || std::ranges::find(config().end_tokens, token) != config().end_tokens.end();
}

void Model::save(const std::filesystem::path& folder) const {
  std::filesystem::create_directories(folder);
  write_config(folder, config());
  if (generation_text_.empty())
    write_generation_config(folder, config());
  else
    write_text(folder / "generation_config.json", generation_text_);
  tokenizer_.save(folder);
  chat_.save(folder);
  weights_->save(folder);
}

}  // namespace espalier::models
