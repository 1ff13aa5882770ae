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

Head Head::make(const ScoringHeadSpec& spec, const ModelConfig& config, at::Device device) {
  if (spec.state_outputs < 0 || spec.embedding_outputs < 0)
    throw std::invalid_argument("a scoring head cannot have a negative number of outputs");
  Head head{spec.token_logprob, zero_head(spec.state_outputs, config, device),
            zero_head(spec.embedding_outputs, config, device)};
  if (head.outputs() == 0)
    throw std::invalid_argument("a scoring head needs outputs: token_logprob, state_outputs or embedding_outputs");
  return head;
}

std::vector<std::pair<std::string, at::Tensor>> Head::named() const {
  std::vector<std::pair<std::string, at::Tensor>> list;
  const auto add = [&](const std::string& name, const LinearHead& head) {
    if (!head.weight.defined()) return;
    list.emplace_back(name + ".weight", head.weight);
    list.emplace_back(name + ".bias", head.bias);
  };
  add("state", state);
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
