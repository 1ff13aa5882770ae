#include "models/checkpoint/head.hpp"

#include <c10/core/GradMode.h>

#include <stdexcept>

namespace espalier::models {
namespace {

LinearHead zero_head(int outputs, const ModelConfig& config, at::Device device) {
  if (outputs == 0) return {};
  const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
  return {at::zeros({outputs, config.width}, options), at::zeros({outputs}, options)};
}

LayeredHead copied(const ScoringHeadSpec& spec, const CheckpointHeads& known) {
  if (spec.state_outputs > 0)
    throw std::invalid_argument("a scoring head has either the checkpoint's head on states or a fresh one");
  const auto found = known.find(spec.checkpoint_head);
  if (found == known.end()) {
    std::string names;
    for (const auto& [name, head] : known) names += (names.empty() ? "it has " : ", ") + name;
    throw std::invalid_argument("the checkpoint has no head `" + spec.checkpoint_head + "`; " +
                                (names.empty() ? "it has none" : names));
  }
  LayeredHead copy = found->second;
  for (LinearHead& layer : copy.layers) {
    layer.weight = layer.weight.clone();
    if (layer.bias.defined()) layer.bias = layer.bias.clone();
  }
  return copy;
}

}  // namespace

at::Tensor LinearHead::of_rows(const at::Tensor& rows) const {
  const c10::AutoGradMode no_gradients(false);
  if (!rows.is_cpu()) return at::linear(rows, weight, bias);
  const at::Tensor in = rows.contiguous(), out = at::empty({rows.size(0), weight.size(0)}, at::kFloat);
  const std::int64_t width = weight.size(1);
  const float* row = in.const_data_ptr<float>();
  const float* const offsets = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
  float* to = out.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < rows.size(0); ++i, row += width) {
    const float* factors = weight.const_data_ptr<float>();
    for (int output = 0; output < outputs(); ++output, factors += width) {
      double sum = offsets != nullptr ? offsets[output] : 0.0;
      for (std::int64_t k = 0; k < width; ++k) sum += static_cast<double>(row[k]) * factors[k];
      *to++ = static_cast<float>(sum);
    }
  }
  return out;
}

at::Tensor LayeredHead::of_rows(const at::Tensor& rows) const {
  at::Tensor found = layers.front().of_rows(rows);
  for (std::size_t i = 1; i < layers.size(); ++i) found = layers[i].of_rows(at::relu(found));
  return found;
}

Head Head::make(const ScoringHeadSpec& spec, const ModelConfig& config, const CheckpointHeads& known,
                at::Device device) {
  if (spec.state_outputs < 0 || spec.embedding_outputs < 0)
    throw std::invalid_argument("a scoring head cannot have a negative number of outputs");
  for (const auto token : spec.choice_tokens)
    if (token < 0 || token >= config.vocabulary)
      throw std::invalid_argument("a choice between tokens has the token " + std::to_string(token) +
                                  ", which is not in the vocabulary");
  Head head{.token_logprob = spec.token_logprob, .choices = spec.choice_tokens};
  if (!spec.checkpoint_head.empty())
    head.state = copied(spec, known);
  else if (spec.state_outputs > 0)
    head.state.layers = {zero_head(spec.state_outputs, config, device)};
  head.embedding = zero_head(spec.embedding_outputs, config, device);
  if (head.outputs() == 0)
    throw std::invalid_argument(
        "a scoring head needs outputs: token_logprob, choice_tokens, state_outputs, checkpoint_head or "
        "embedding_outputs");
  return head;
}

std::vector<std::pair<std::string, at::Tensor>> Head::named() const {
  std::vector<std::pair<std::string, at::Tensor>> list;
  const auto add = [&](const std::string& name, const LinearHead& head) {
    if (head.weight.defined()) list.emplace_back(name + ".weight", head.weight);
    if (head.bias.defined()) list.emplace_back(name + ".bias", head.bias);
  };
  for (std::size_t i = 0; i < state.layers.size(); ++i)
    add(state.layers.size() == 1 ? "state" : "state." + std::to_string(i), state.layers[i]);
  add("embedding", embedding);
  return list;
}

void Head::save(const std::filesystem::path& folder) const {
  auto tensors = named();
  for (auto& [name, tensor] : tensors) tensor = tensor.detach().cpu();
  write_safetensors(folder / "head.safetensors", tensors, {{"format", "pt"}});
}

Staged Head::stage(const std::filesystem::path& folder) const {
  const auto stored = TensorFolder::of_file(folder / "head.safetensors");
  Staged staged;
  for (const auto& [name, tensor] : named())
    staged.emplace_back(tensor.detach(), stored.read(name, tensor.sizes(), at::kFloat));
  return staged;
}

at::Tensor unit_rows(const at::Tensor& rows) {
  constexpr double kNothing = 1e-20;  // keeps a row of zeros what it is
  return rows * at::rsqrt(rows.square().mean(-1, true) + kNothing);
}

}  // namespace espalier::models
