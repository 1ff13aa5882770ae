#include "neural/trainer.hpp"

#include <c10/core/GradMode.h>

#include <stdexcept>

#include "neural/json_file.hpp"
#include "neural/reading.hpp"
#include "neural/safetensors.hpp"

namespace espalier::neural {
namespace {

constexpr std::int64_t kPassTokens = 8192;  // tokens whose activations are held at once

// What is learned: the reader's own weights, or the trunk's.
std::vector<Parameter> learned(const Weights& weights, const TransformerReader* reader) {
  if (reader == nullptr) return weights.parameters();
  std::vector<Parameter> list;
  for (const auto& [name, tensor] : reader->head().named())
    list.push_back({"head." + name, tensor, false, {}, /*head=*/true});
  return list;
}

at::Tensor index_on(at::Device device, const std::vector<std::int64_t>& values) {
  return at::tensor(values, at::kLong).to(device);
}

// The states that predict the wanted tokens, those tokens, and which of the wanted positions they are. Position 0 has
// nothing before it and is left out.
struct Targets {
  std::vector<std::int64_t> rows, tokens, slots;
  std::int64_t wanted = 0;
  Targets(std::span<const Reading> readings, const Pack& pack) {
    for (std::size_t i = 0; i < readings.size(); ++i)
      for (const auto at : readings[i].at) {
        if (at > 0) {
          rows.push_back(pack.starts[i] + at - 1);
          tokens.push_back(readings[i].tokens[static_cast<std::size_t>(at)]);
          slots.push_back(wanted);
        }
        ++wanted;
      }
  }
};

std::int64_t count_targets(std::span<const Reading> readings) {
  std::int64_t count = 0;
  for (const auto& reading : readings)
    for (const auto at : reading.at) count += at > 0 ? 1 : 0;
  return count;
}

}  // namespace

TransformerTrainer::TransformerTrainer(std::shared_ptr<TransformerBackend> backend,
                                       std::shared_ptr<TransformerReader> reader, const OptimiserSpec& spec,
                                       const GradientSpec& gradient)
    : backend_(std::move(backend)),
      reader_(std::move(reader)),
      optimiser_(learned(backend_->model().weights(), reader_.get()), spec),
      rotary_(backend_->model().config(), backend_->model().weights().device()) {
  static_cast<void>(gradient);
  for (const auto& parameter : optimiser_.parameters()) {
    if (parameter.tensor.scalar_type() != at::kFloat)
      throw std::invalid_argument(
          "training needs the weights in float32; set dtype = \"float32\" on the language model");
    parameter.tensor.set_requires_grad(true);
  }
}

TransformerTrainer::~TransformerTrainer() {
  for (const auto& parameter : optimiser_.parameters()) {
    parameter.tensor.mutable_grad() = at::Tensor();
    parameter.tensor.set_requires_grad(false);
  }
}

// The log-probabilities of the tokens at all wanted positions, [positions, 1]; 0 at position 0.
at::Tensor TransformerTrainer::logprobs(std::span<const Reading> readings, const Pack& pack, const at::Tensor& hidden) {
  const Targets targets(readings, pack);
  const at::Device device = hidden.device();
  const at::Tensor logits =
      at::linear(hidden.index_select(0, index_on(device, targets.rows)), backend_->model().weights().head);
  const at::Tensor found =
      at::log_softmax(logits, -1, at::kFloat).gather(1, index_on(device, targets.tokens).unsqueeze(1));
  return at::zeros({targets.wanted, 1}, found.options()).index_copy(0, index_on(device, targets.slots), found);
}

// The reader's outputs at all wanted positions, [positions, outputs].
at::Tensor TransformerTrainer::outputs(std::span<const Reading> readings) {
  const Weights& weights = backend_->model().weights();
  const Head& head = reader_->head();
  const Pack pack(readings);
  std::vector<std::int64_t> rows, tokens;
  for (std::size_t i = 0; i < readings.size(); ++i)
    for (const auto at : readings[i].at) {
      rows.push_back(pack.starts[i] + at);
      tokens.push_back(readings[i].tokens[static_cast<std::size_t>(at)]);
    }
  const auto index = [&](const std::vector<std::int64_t>& values) { return index_on(weights.device(), values); };
  std::vector<at::Tensor> columns;
  if (head.reads_states()) {
    const at::Tensor hidden = training_pass(weights, pack, rotary_);
    if (head.token_logprob) columns.push_back(logprobs(readings, pack, hidden));
    if (head.state.weight.defined())
      columns.push_back(
          at::linear(hidden.index_select(0, index(rows)).to(at::kFloat), head.state.weight, head.state.bias));
  }
  if (head.embedding.weight.defined())
    columns.push_back(at::linear(unit_rows(at::embedding(weights.embedding, index(tokens)).to(at::kFloat)),
                                 head.embedding.weight, head.embedding.bias));
  return at::cat(columns, 1);
}

double TransformerTrainer::accumulate(std::span<const Reading> readings, const Loss& loss) {
  if (!reader_) throw std::logic_error("a loss on outputs needs a reader; this trainer was made without one");
  check_readings(readings, backend_->model().config());
  if (readings.empty()) return 0;
  const c10::AutoGradMode gradients(true);
  const at::Tensor graph = outputs(readings);
  if (!graph.requires_grad())
    throw std::logic_error("the reader's outputs depend on none of its own weights, so there is nothing to train");
  const at::Tensor values = graph.detach().to(at::kFloat).cpu().contiguous();
  at::Tensor gradient = at::zeros_like(values);
  const auto count = static_cast<std::size_t>(values.numel());
  const double value = loss({values.const_data_ptr<float>(), count}, {gradient.mutable_data_ptr<float>(), count});
  graph.backward(gradient.to(graph.device()));
  return value;
}

double TransformerTrainer::language(std::span<const Reading> readings, bool learn) {
  if (learn && reader_) throw std::logic_error("the language loss depends on none of the reader's own weights");
  check_readings(readings, backend_->model().config());
  const std::int64_t total = count_targets(readings);
  if (total == 0) return 0;
  const c10::AutoGradMode gradients(learn);
  const Weights& weights = backend_->model().weights();
  double sum = 0;
  for (std::size_t start = 0; start < readings.size();) {
    std::size_t end = start;
    for (std::int64_t tokens = 0; end < readings.size(); ++end) {
      tokens += std::ssize(readings[end].tokens);
      if (tokens > kPassTokens && end > start) break;
    }
    const auto part = readings.subspan(start, end - start);
    start = end;
    const Pack pack(part);
    const Targets targets(part, pack);
    if (targets.rows.empty()) continue;
    at::Tensor hidden = training_pass(weights, pack, rotary_);
    if (std::ssize(targets.rows) < pack.rows())
      hidden = hidden.index_select(0, index_on(weights.device(), targets.rows));
    const at::Tensor loss = at::cross_entropy_loss(at::linear(hidden, weights.head),
                                                   index_on(weights.device(), targets.tokens), {}, at::Reduction::Sum) /
                            static_cast<double>(total);
    if (learn) loss.backward();
    sum += loss.item<double>();
  }
  return sum;
}

double TransformerTrainer::accumulate_language(std::span<const Reading> readings) { return language(readings, true); }
double TransformerTrainer::evaluate_language(std::span<const Reading> readings) { return language(readings, false); }

double TransformerTrainer::step(double scale) {
  const double norm = optimiser_.step(scale);
  if (!reader_) backend_->model().decoder().cache().forget();
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
  if (!reader_) backend_->model().decoder().cache().forget();
}

}  // namespace espalier::neural
