#include "models/scoring/base_model.hpp"

#include <stdexcept>

#include "models/train/trainer.hpp"

namespace espalier::models {

std::vector<std::int32_t> TransformerBaseModel::encode(std::string_view text) const {
  return model().tokenizer().encode(text);
}
std::string TransformerBaseModel::decode(std::span<const std::int32_t> tokens) const {
  return model().tokenizer().decode(tokens);
}
std::optional<std::int32_t> TransformerBaseModel::token(std::string_view special) const {
  return model().tokenizer().added(special);
}

// Every id below the tokenizer's size is some token, and no text encodes to one above; a table may be longer.
std::int32_t TransformerBaseModel::spare_token() const { return model().tokenizer().size(); }
int TransformerBaseModel::context() const { return model().config().context(); }

std::optional<std::int32_t> TransformerBaseModel::start_token() const { return model().chat().start_token(); }

std::int32_t TransformerBaseModel::end_token() const {
  if (const auto end = model().chat().end_token(); end >= 0) return end;
  if (model().config().end_tokens.empty())
    throw std::runtime_error("the checkpoint names no token that ends a message");
  return model().config().end_tokens.front();
}

std::vector<std::int32_t> TransformerBaseModel::render(const Chat& chat) const {
  return model().chat().render(chat, model().tokenizer());
}

std::vector<std::int32_t> TransformerBaseModel::render_closed(const Chat& chat) const {
  return model().chat().render_closed(chat, model().tokenizer());
}

std::vector<CheckpointHead> TransformerBaseModel::heads() const {
  std::vector<CheckpointHead> heads;
  for (const auto& [name, head] : model().heads())
    heads.push_back({.name = name,
                     .layers = static_cast<int>(head.layers.size()),
                     .outputs = head.outputs(),
                     .bias = head.layers.back().bias.defined()});
  return heads;
}

std::shared_ptr<ScoringHead> TransformerBaseModel::attach(const ScoringHeadSpec& spec) {
  return std::make_shared<TransformerScoringHead>(backend_, spec);
}

std::unique_ptr<Trainer> TransformerBaseModel::train(std::shared_ptr<ScoringHead> scoring_head,
                                                     const OptimiserSpec& spec, const GradientSpec& gradient) {
  auto own = std::dynamic_pointer_cast<TransformerScoringHead>(scoring_head);
  if (scoring_head && (!own || own->backend() != backend_.get()))
    throw std::invalid_argument("the scoring head to be trained belongs to another base model");
  if (!own) backend_->prepare_training();
  return std::make_unique<TransformerTrainer>(backend_, std::move(own), spec, gradient);
}

void TransformerBaseModel::save(const std::filesystem::path& folder) const { model().save(folder); }
std::int64_t TransformerBaseModel::parameters() const { return model().weights().count(); }

}  // namespace espalier::models
