#include "models/scoring/scoring_head.hpp"

#include <espalier/runtime.hpp>

#include "models/checkpoint/peft.hpp"
#include "models/checkpoint/safetensors.hpp"

namespace espalier::models {

TransformerScoringHead::TransformerScoringHead(std::shared_ptr<TransformerBackend> backend, ScoringHeadSpec spec)
    : backend_(std::move(backend)), spec_(std::move(spec)) {
  Model& model = backend_->model();
  const Weights& weights = model.weights();
  head_ = Head::make(spec_, weights.config, model.heads(), weights.device());
  auto adapter = Adapter::make(spec_, weights, model.tokenizer().size());
  if (!adapter.empty()) adapter_ = std::make_shared<const Adapter>(std::move(adapter));
  if (spec_.adaptation == ScoringHeadSpec::Adaptation::full) {
    copy_ = std::make_shared<const Weights>(weights.mapped([](const at::Tensor& tensor) {
      return tensor.detach().to(at::kFloat, /*non_blocking=*/false, /*copy=*/true);
    }));
    decoder_ = model.decoder_of(copy_, adapter_);
  } else if (adapter_) {
    decoder_ = model.decoder_through(adapter_);
  }
}

std::vector<float> TransformerScoringHead::read(std::span<const ModelInput> inputs) {
  Finished finished = await(*backend_, ScoringWork{this, {inputs.begin(), inputs.end()}});
  return std::get<std::vector<float>>(std::move(finished.result));
}

std::vector<Parameter> TransformerScoringHead::own() const {
  std::vector<Parameter> list;
  if (copy_) list = copy_->parameters();
  if (adapter_) {
    for (const auto& [name, tensor] : adapter_->matrices()) list.push_back({"adapter." + name, tensor});
    if (!adapter_->tokens.empty()) list.push_back({"adapter.tokens", adapter_->rows});
  }
  for (const auto& [name, tensor] : head_.named())
    list.push_back({.name = "head." + name, .tensor = tensor, .head = true});
  return list;
}

void TransformerScoringHead::changed() {
  ++changes_;
  if (decoder_) decoder_->forget();
}

std::int64_t TransformerScoringHead::parameters() const {
  std::int64_t total = 0;
  for (const auto& parameter : own()) total += parameter.tensor.numel();
  return total;
}

void TransformerScoringHead::save(const std::filesystem::path& folder) const {
  std::filesystem::create_directories(folder);
  if (copy_) copy_->save(folder);
  if (adapter_) write_adapter(folder, spec_, *adapter_);
  if (!head_.named().empty()) head_.save(folder);
}

void TransformerScoringHead::load(const std::filesystem::path& folder) {
  Staged staged;
  if (copy_) {
    const auto stored = TensorFolder::of_file(folder / "model.safetensors");
    for (const auto& [name, tensor] : copy_->named())
      staged.emplace_back(tensor, stored.read(name, tensor.sizes(), at::kFloat));
  }
  if (adapter_) std::ranges::move(read_adapter(folder, spec_, *adapter_), std::back_inserter(staged));
  if (!head_.named().empty()) std::ranges::move(head_.stage(folder), std::back_inserter(staged));
  for (const auto& [to, from] : staged) to.copy_(from);
  changed();
}

}  // namespace espalier::models
