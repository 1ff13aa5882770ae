#include "models/scoring/trunk.hpp"

#include <stdexcept>

#include "models/train/trainer.hpp"

namespace espalier::models {

std::vector<std::int32_t> TransformerTrunk::encode(std::string_view text) const {
  return model().tokenizer().encode(text);
}
std::string TransformerTrunk::decode(std::span<const std::int32_t> tokens) const {
  return model().tokenizer().decode(tokens);
}
std::optional<std::int32_t> TransformerTrunk::token(std::string_view special) const {
  return model().tokenizer().added(special);
}

// Every id below the tokenizer's size is some token, and no text encodes to one above; a table may be longer.
std::int32_t TransformerTrunk::spare_token() const { return model().tokenizer().size(); }
int TransformerTrunk::context() const { return model().config().context; }

std::int32_t TransformerTrunk::end_token() const {
  if (const auto end = model().chat().end_token(); end >= 0) return end;
  if (model().config().end_tokens.empty())
    throw std::runtime_error("the checkpoint names no token that ends a message");
  return model().config().end_tokens.front();
}

std::vector<std::int32_t> TransformerTrunk::render(const Chat& chat) const {
  return model().chat().render(chat, model().tokenizer());
}

std::shared_ptr<Reader> TransformerTrunk::attach(const ReaderSpec& spec) {
  return std::make_shared<TransformerReader>(backend_, spec);
}

std::unique_ptr<Trainer> TransformerTrunk::train(std::shared_ptr<Reader> reader, const OptimiserSpec& spec,
                                                 const GradientSpec& gradient) {
  auto own = std::dynamic_pointer_cast<TransformerReader>(reader);
  if (reader && (!own || own->backend() != backend_.get()))
    throw std::invalid_argument("the reader to be trained belongs to another trunk");
  if (!own) backend_->prepare_training();
  return std::make_unique<TransformerTrainer>(backend_, std::move(own), spec, gradient);
}

void TransformerTrunk::save(const std::filesystem::path& folder) const { model().save(folder); }
std::int64_t TransformerTrunk::parameters() const { return model().weights().count(); }

}  // namespace espalier::models
