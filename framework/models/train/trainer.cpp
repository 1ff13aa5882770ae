#include "models/train/trainer.hpp"

#include <c10/core/GradMode.h>

#include <optional>
#include <stdexcept>

#include "models/checkpoint/safetensors.hpp"
#include "models/device/device.hpp"
#include "models/device/memory.hpp"
#include "models/files/json_file.hpp"
#include "models/scoring/scoring_pass.hpp"

namespace espalier::models {
namespace {

constexpr std::int64_t kPassTokens = 8192;  // tokens whose activations are held at once

// What a trainer reads. Only what is learned may record gradients, whatever other trainers of the base model there are.
Weights read_by(const TransformerBackend& backend, const TransformerScoringHead* scoring_head) {
  if (scoring_head == nullptr) return backend.model().weights();
  if (scoring_head->has_copy()) return scoring_head->weights();
  return scoring_head->weights().mapped([](const at::Tensor& tensor) { return tensor.detach(); });
}

at::Tensor index_on(at::Device device, const std::vector<std::int64_t>& values) {
  return at::tensor(values, at::kLong).to(device);
}

// The states that predict the wanted tokens, those tokens, and which of the wanted positions they are. Position 0 has
// nothing before it and is left out.
struct Targets {
  std::vector<std::int64_t> rows, tokens, slots;
  std::int64_t wanted = 0;
  Targets(std::span<const ModelInput> inputs, const Pack& pack) {
    for (std::size_t i = 0; i < inputs.size(); ++i)
      for (const auto at : inputs[i].at) {
        if (at > 0) {
          rows.push_back(pack.starts[i] + at - 1);
          tokens.push_back(inputs[i].tokens[static_cast<std::size_t>(at)]);
          slots.push_back(wanted);
        }
        ++wanted;
      }
  }
};

std::int64_t count_targets(std::span<const ModelInput> inputs) {
  std::int64_t count = 0;
  for (const auto& input : inputs)
    for (const auto at : input.at) count += at > 0 ? 1 : 0;
  return count;
}

}  // namespace

TransformerTrainer::TransformerTrainer(std::shared_ptr<TransformerBackend> backend,
                                       std::shared_ptr<TransformerScoringHead> scoring_head, const OptimiserSpec& spec,
                                       const GradientSpec& gradient)
    : backend_(std::move(backend)),
      scoring_head_(std::move(scoring_head)),
      weights_(read_by(*backend_, scoring_head_.get())),
      gradient_(gradient),
      optimiser_(scoring_head_ ? scoring_head_->own() : weights_.parameters(), spec),
      rotary_(weights_.config, weights_.device()) {
  if (gradient_.mixed && weights_.device().is_cpu())
    throw std::invalid_argument("mixed precision needs a GPU; leave it off on the CPU");
  for (const auto& parameter : optimiser_.parameters())
    if (parameter.tensor.scalar_type() != at::kFloat)
      throw std::invalid_argument(
          "training needs the weights in float32; set dtype = \"float32\" on the language model");
  for (const auto& parameter : optimiser_.parameters()) parameter.tensor.set_requires_grad(true);
  prepare_gradients(weights_.device());
}

TransformerTrainer::~TransformerTrainer() {
  for (const auto& parameter : optimiser_.parameters()) {
    parameter.tensor.mutable_grad() = at::Tensor();
    parameter.tensor.set_requires_grad(false);
  }
}

// Whether something that states depend on is learned.
bool TransformerTrainer::learns_states() const {
  return !scoring_head_ || scoring_head_->has_copy() || adapter() != nullptr;
}

void TransformerTrainer::changed() {
  if (scoring_head_)
    scoring_head_->changed();
  else
    backend_->model().weights_changed();
}

// The logits after the chosen rows of states, [rows, vocabulary].
at::Tensor TransformerTrainer::logits(const at::Tensor& hidden, const std::vector<std::int64_t>& rows) const {
  const at::Device device = hidden.device();
  at::Tensor table = weights_.head;
  if (const Adapter* const own = adapter())
    if (const auto outputs = own_outputs(weights_, *own); !outputs.empty()) {
      std::vector<std::int64_t> columns;
      for (const auto i : outputs) columns.push_back(own->tokens[static_cast<std::size_t>(i)]);
      table = table.index_copy(0, index_on(device, columns),
                               own->rows.index_select(0, index_on(device, outputs)).to(table.scalar_type()));
    }
  if (gradient_.mixed) table = table.to(at::kBFloat16);
  const at::Tensor states = std::ssize(rows) < hidden.size(0) ? hidden.index_select(0, index_on(device, rows)) : hidden;
  return at::linear(states.to(table.scalar_type()), table);
}

// The log-probabilities of the tokens at all wanted positions, [positions, 1]; 0 at position 0.
at::Tensor TransformerTrainer::logprobs(std::span<const ModelInput> inputs, const Pack& pack,
                                        const at::Tensor& hidden) const {
  const Targets targets(inputs, pack);
  const at::Device device = hidden.device();
  const at::Tensor found = at::log_softmax(logits(hidden, targets.rows), -1, at::kFloat)
                               .gather(1, index_on(device, targets.tokens).unsqueeze(1));
  return at::zeros({targets.wanted, 1}, found.options()).index_copy(0, index_on(device, targets.slots), found);
}

// The scoring head's outputs at all wanted positions, [positions, outputs]. `pass` may be null where no head reads
// states.
at::Tensor TransformerTrainer::outputs(std::span<const ModelInput> inputs, const Pack& pack,
                                       const TrainingPass* pass) const {
  const Head& head = scoring_head_->head();
  std::vector<std::int64_t> rows, tokens;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    for (const auto at : inputs[i].at) {
      rows.push_back(pack.starts[i] + at);
      tokens.push_back(inputs[i].tokens[static_cast<std::size_t>(at)]);
    }
  std::vector<at::Tensor> columns;
  if (head.token_logprob) columns.push_back(logprobs(inputs, pack, pass->hidden()));
  if (!head.choices.empty())
    columns.push_back(at::log_softmax(logits(pass->hidden(), rows), -1, at::kFloat)
                          .index_select(1, index_on(weights_.device(), {head.choices.begin(), head.choices.end()})));
  if (!head.state.layers.empty()) {
    at::Tensor states = pass->hidden().index_select(0, index_on(weights_.device(), rows));
    for (const LinearHead& layer : head.state.layers)
      states = at::linear(&layer == &head.state.layers.front() ? states : at::relu(states), layer.weight, layer.bias);
    columns.push_back(states);
  }
  if (head.embedding.weight.defined())
    columns.push_back(at::linear(unit_rows(embeddings(weights_, adapter(), tokens).to(at::kFloat)),
                                 head.embedding.weight, head.embedding.bias));
  return at::cat(columns, 1);
}

double TransformerTrainer::accumulate(std::span<const ModelInput> inputs, const Loss& loss) {
  return with_memory([&] { return learn(inputs, loss); });
}
double TransformerTrainer::accumulate_language(std::span<const ModelInput> inputs) {
  return with_memory([&] { return language(inputs, true); });
}
double TransformerTrainer::evaluate_language(std::span<const ModelInput> inputs) {
  return with_memory([&] { return language(inputs, false); });
}

double TransformerTrainer::learn(std::span<const ModelInput> inputs, const Loss& loss) {
  if (!scoring_head_)
    throw std::logic_error("a loss on outputs needs a scoring head; this trainer was made without one");
  check_inputs(inputs, weights_.config, adapter(), scoring_head_->head().token_logprob);
  if (inputs.empty()) return 0;
  backend_->take_threads();
  const c10::AutoGradMode gradients(true);
  const Pack pack(inputs);
  std::optional<TrainingPass> pass;
  if (scoring_head_->head().reads_states()) {
    const c10::AutoGradMode record(learns_states());
    pass.emplace(weights_, adapter(), pack, rotary_, gradient_);
  }
  const at::Tensor graph = outputs(inputs, pack, pass ? &*pass : nullptr);
  if (!graph.requires_grad())
    throw std::logic_error(
        "the scoring head's outputs depend on none of its own weights, so there is nothing to train");
  const at::Tensor values = graph.detach().to(at::kFloat).cpu().contiguous();
  at::Tensor gradient = at::zeros_like(values);
  const auto count = static_cast<std::size_t>(values.numel());
  const double value = loss({values.const_data_ptr<float>(), count}, {gradient.mutable_data_ptr<float>(), count});
  graph.backward(gradient.to(graph.device()));
  if (pass) pass->carry_back();
  return value;
}

double TransformerTrainer::language(std::span<const ModelInput> inputs, bool learn) {
  if (learn && !learns_states())
    throw std::logic_error("the language loss depends on none of the scoring head's own weights");
  check_inputs(inputs, weights_.config, adapter(), true);
  const std::int64_t total = count_targets(inputs);
  if (total == 0) return 0;
  backend_->take_threads();
  const c10::AutoGradMode gradients(learn);
  double sum = 0;
  for (std::size_t start = 0; start < inputs.size();) {
    std::size_t end = start;
    for (std::int64_t tokens = 0; end < inputs.size(); ++end) {
      tokens += std::ssize(inputs[end].tokens);
      if (tokens > kPassTokens && end > start) break;
    }
    const auto part = inputs.subspan(start, end - start);
    start = end;
    const Pack pack(part);
    const Targets targets(part, pack);
    if (targets.rows.empty()) continue;
    TrainingPass pass(weights_, adapter(), pack, rotary_, gradient_);
    const at::Tensor loss =
        at::cross_entropy_loss(logits(pass.hidden(), targets.rows).to(at::kFloat),
                               index_on(weights_.device(), targets.tokens), {}, at::Reduction::Sum) /
        static_cast<double>(total);
    if (learn) {
      loss.backward();
      pass.carry_back();
    }
    sum += loss.item<double>();
  }
  return sum;
}

double TransformerTrainer::step(double scale) {
  const double norm = with_memory([&] { return optimiser_.step(scale); });  // whose state is made in the first one
  changed();
  return norm;
}

void TransformerTrainer::save(const std::filesystem::path& file) const {
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  for (const auto& parameter : optimiser_.parameters())
    tensors.emplace_back("weight." + parameter.name, parameter.tensor.detach().cpu());
  for (const auto& [name, tensor] : optimiser_.state()) tensors.emplace_back(name, tensor.cpu());
  tensors.emplace_back("steps", at::tensor(std::vector<std::int64_t>{optimiser_.steps()}, at::kLong));
  write_safetensors(file, tensors);
}

void TransformerTrainer::restore(const std::filesystem::path& file) {
  const auto stored = TensorFolder::of_file(file);
  std::vector<std::pair<std::string, at::Tensor>> targets = optimiser_.state();
  for (const auto& parameter : optimiser_.parameters())
    targets.emplace_back("weight." + parameter.name, parameter.tensor.detach());
  for (auto& [name, tensor] : targets) tensor.copy_(stored.read(name, tensor.sizes(), tensor.scalar_type()));
  optimiser_.set_steps(stored.read("steps").item<std::int64_t>());
  for (const auto& parameter : optimiser_.parameters()) parameter.tensor.mutable_grad() = at::Tensor();
  changed();
}

}  // namespace espalier::models
