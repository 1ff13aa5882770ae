#include "neural/trunk.hpp"

#include <espalier/runtime.hpp>
#include <stdexcept>

#include "neural/json_file.hpp"
#include "neural/safetensors.hpp"
#include "neural/trainer.hpp"

namespace espalier::neural {

std::vector<float> TransformerReader::read(std::span<const Reading> readings) {
  Finished finished = await(*backend_, ReadWork{this, {readings.begin(), readings.end()}});
  return std::get<std::vector<float>>(std::move(finished.result));
}

void TransformerReader::save(const std::filesystem::path& folder) const {
  std::filesystem::create_directories(folder);
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  if (head_.weight.defined()) tensors = {{"head.weight", head_.weight.detach()}, {"head.bias", head_.bias.detach()}};
  write_safetensors(folder / "head.safetensors", tensors, {{"format", "pt"}});
}

void TransformerReader::load(const std::filesystem::path& folder) {
  if (!head_.weight.defined()) return;
  const auto tensors = TensorFolder::of_file(folder / "head.safetensors");
  head_.weight.detach().copy_(tensors.read("head.weight", head_.weight.sizes(), at::kFloat));
  head_.bias.detach().copy_(tensors.read("head.bias", head_.bias.sizes(), at::kFloat));
}

std::vector<std::int32_t> TransformerTrunk::encode(std::string_view text) const {
  return model().tokenizer().encode(text);
}
std::string TransformerTrunk::decode(std::span<const std::int32_t> tokens) const {
  return model().tokenizer().decode(tokens);
}
std::optional<std::int32_t> TransformerTrunk::token(std::string_view special) const {
  return model().tokenizer().added(special);
}

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
  return std::make_shared<TransformerReader>(backend_, Head::make(spec, model().config(), model().weights().device()));
}

std::unique_ptr<Trainer> TransformerTrunk::train(std::shared_ptr<Reader> reader, const OptimiserSpec& spec) {
  auto own = std::dynamic_pointer_cast<TransformerReader>(reader);
  if (reader && (!own || own->backend() != backend_.get()))
    throw std::invalid_argument("the reader to be trained belongs to another trunk");
  return std::make_unique<TransformerTrainer>(backend_, std::move(own), spec);
}

void TransformerTrunk::save(const std::filesystem::path& folder) const { model().save(folder); }
std::int64_t TransformerTrunk::parameters() const { return model().weights().count(); }

}  // namespace espalier::neural
