#include "models/checkpoint/weights.hpp"

#include <ATen/Parallel.h>

#include <cmath>
#include <numbers>
#include <span>
#include <string_view>

#include "models/checkpoint/safetensors.hpp"
#include "models/checkpoint/tensor_check.hpp"
#include "models/files/family.hpp"
#include "models/files/json_file.hpp"

namespace espalier::models {
namespace {

// Allocates every tensor the family has, uninitialised.
Weights allocate(const ModelConfig& config, at::Device device, at::ScalarType dtype) {
  Weights weights;
  weights.config = config;
  const auto make = [&](std::initializer_list<std::int64_t> shape) {
    return at::empty(at::IntArrayRef(shape), at::TensorOptions().device(device).dtype(dtype));
  };
  const std::int64_t width = config.width, merged = config.query_width() + 2 * config.kv_width(),
                     feed = config.feed_forward;
  weights.embedding = make({config.vocabulary, width});
  weights.head = config.tied_embeddings ? weights.embedding : make({config.vocabulary, width});
  weights.final_norm = make({width});
  for (int i = 0; i < config.layers; ++i) {
    LayerWeights layer;
    layer.attention_norm = make({width});
    layer.qkv = make({merged, width});
    layer.output = make({width, config.query_width()});
    layer.mlp_norm = make({width});
    layer.gate_up = make({2 * feed, width});
    layer.down = make({width, feed});
    if (config.qkv_bias) layer.qkv_bias = make({merged});
    if (config.output_bias) layer.output_bias = make({width});
    if (config.mlp_bias) layer.gate_up_bias = make({2 * feed}), layer.down_bias = make({width});
    if (config.qk_norm) layer.query_norm = make({config.head_width}), layer.key_norm = make({config.head_width});
    weights.layers.push_back(std::move(layer));
  }
  return weights;
}

}  // namespace

// Box and Muller, in double so that every machine rounds to the same floats.
void fill_normal(const at::Tensor& tensor, Key key, double deviation) {
  at::Tensor drawn = at::empty(tensor.sizes(), at::kFloat);
  float* const data = drawn.mutable_data_ptr<float>();
  const std::int64_t count = drawn.numel();
  at::parallel_for(0, (count + 1) / 2, 1 << 15, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = 2 * begin; i < 2 * end; i += 2) {
      const double radius = std::sqrt(-2.0 * std::log(1.0 - draw_uniform(key, static_cast<std::uint64_t>(i))));
      const double angle = 2.0 * std::numbers::pi * draw_uniform(key, static_cast<std::uint64_t>(i) + 1);
      data[i] = static_cast<float>(deviation * radius * std::cos(angle));
      if (i + 1 < count) data[i + 1] = static_cast<float>(deviation * radius * std::sin(angle));
    }
  });
  tensor.copy_(drawn);
}

Weights Weights::mapped(const std::function<at::Tensor(const at::Tensor&)>& change) const {
  Weights changed = *this;
  const auto apply = [&](at::Tensor& tensor) {
    if (tensor.defined()) tensor = change(tensor);
  };
  apply(changed.embedding);
  if (head.is_same(embedding))
    changed.head = changed.embedding;
  else
    apply(changed.head);
  apply(changed.final_norm);
  for (auto& layer : changed.layers)
    for (auto* tensor :
         {&layer.attention_norm, &layer.qkv, &layer.qkv_bias, &layer.query_norm, &layer.key_norm, &layer.output,
          &layer.output_bias, &layer.mlp_norm, &layer.gate_up, &layer.gate_up_bias, &layer.down, &layer.down_bias})
      apply(*tensor);
  return changed;
}

std::vector<std::pair<std::string, at::Tensor>> Weights::named() const {
  std::vector<std::pair<std::string, at::Tensor>> list;
  const auto add = [&](const std::string& name, const at::Tensor& tensor) {
    if (tensor.defined()) list.emplace_back(name, tensor.detach());
  };
  // The matrices on top of one another in a merged one, by the modules that are on disk: each, or all in one.
  const auto add_parts = [&](const std::string& at, std::span<const std::string_view> modules,
                             std::span<const std::int64_t> rows, const char* ending, const at::Tensor& tensor) {
    if (!tensor.defined()) return;
    if (modules.size() == 1) return add(at + std::string(modules.front()) + ending, tensor);
    std::int64_t first = 0;
    for (std::size_t part = 0; part < modules.size(); first += rows[part++])
      list.emplace_back(at + std::string(modules[part]) + ending, tensor.detach().narrow(0, first, rows[part]));
  };
  const BlockNames& names = config.family_entry().names;
  const std::int64_t qkv_rows[] = {config.query_width(), config.kv_width(), config.kv_width()};
  const std::int64_t gate_up_rows[] = {config.feed_forward, config.feed_forward};
  add("model.embed_tokens.weight", embedding);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const LayerWeights& layer = layers[i];
    const std::string at = "model.layers." + std::to_string(i) + ".";
    const auto named = [&](std::string_view module, const char* ending) { return at + std::string(module) + ending; };
    add(named(names.attention_norm, ".weight"), layer.attention_norm);
    add_parts(at, names.qkv, qkv_rows, ".weight", layer.qkv);
    add_parts(at, names.qkv, qkv_rows, ".bias", layer.qkv_bias);
    add(named(names.query_norm, ".weight"), layer.query_norm);
    add(named(names.key_norm, ".weight"), layer.key_norm);
    add(named(names.output, ".weight"), layer.output);
    add(named(names.output, ".bias"), layer.output_bias);
    add(named(names.mlp_norm, ".weight"), layer.mlp_norm);
    add_parts(at, names.gate_up, gate_up_rows, ".weight", layer.gate_up);
    add_parts(at, names.gate_up, gate_up_rows, ".bias", layer.gate_up_bias);
    add(named(names.down, ".weight"), layer.down);
    add(named(names.down, ".bias"), layer.down_bias);
  }
  add("model.norm.weight", final_norm);
  if (!config.tied_embeddings) add(kHead, head);
  return list;
}

Weights Weights::read(const TensorSource& source, const ModelConfig& config, at::Device device, at::ScalarType dtype) {
  // On no device, which takes no memory: for names and shapes.
  check_tensors(source, allocate(config, at::kMeta, dtype));
  Weights weights = allocate(config, device, dtype);
  for (const auto& [name, tensor] : weights.named()) source.read_into(name, tensor);
  return weights;
}

Weights Weights::draw(const ModelConfig& config, Key key, at::Device device, at::ScalarType dtype) {
  check_config(config, "architecture");
  Weights weights = allocate(config, device, dtype);
  const BlockNames& names = config.family_entry().names;
  // Matrices keep the size of what they are fed; those that write into the residual stream share it over all blocks.
  const double shared = 1.0 / std::sqrt(2.0 * config.layers);
  for (auto& [name, tensor] : weights.named()) {
    if (name.ends_with("norm.weight"))
      tensor.fill_(1);
    else if (name.ends_with(".bias"))
      tensor.zero_();
    else if (name.ends_with("embed_tokens.weight") || name == kHead)
      fill_normal(tensor, key.child(name), 0.02);
    else {
      const bool writes =
          name.ends_with(std::string(names.output) + ".weight") || name.ends_with(std::string(names.down) + ".weight");
      fill_normal(tensor, key.child(name), (writes ? shared : 1.0) / std::sqrt(static_cast<double>(tensor.size(1))));
    }
  }
  return weights;
}

std::vector<Parameter> Weights::parameters() const {
  std::vector<Parameter> list;
  const auto add = [&](const std::string& name, const at::Tensor& tensor, std::vector<std::int64_t> parts = {}) {
    if (tensor.defined()) list.push_back({name, tensor, !parts.empty(), std::move(parts)});
  };
  add("embedding", embedding);
  const std::int64_t query = config.query_width(), kv = config.kv_width(), feed = config.feed_forward;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const LayerWeights& layer = layers[i];
    const std::string at = "layers." + std::to_string(i) + ".";
    add(at + "attention_norm", layer.attention_norm);
    add(at + "qkv", layer.qkv, {query, kv, kv});
    add(at + "qkv_bias", layer.qkv_bias);
    add(at + "query_norm", layer.query_norm);
    add(at + "key_norm", layer.key_norm);
    add(at + "output", layer.output, {config.width});
    add(at + "output_bias", layer.output_bias);
    add(at + "mlp_norm", layer.mlp_norm);
    add(at + "gate_up", layer.gate_up, {feed, feed});
    add(at + "gate_up_bias", layer.gate_up_bias);
    add(at + "down", layer.down, {config.width});
    add(at + "down_bias", layer.down_bias);
  }
  add("final_norm", final_norm);
  if (!config.tied_embeddings) add("head", head);
  return list;
}

std::int64_t Weights::count() const {
  std::int64_t total = 0;
  for (const auto& [name, tensor] : named()) total += tensor.numel();
  return total;
}

void Weights::save(const std::filesystem::path& folder) const {
  auto tensors = named();
  for (auto& [name, tensor] : tensors) tensor = tensor.cpu().contiguous();
  write_safetensors(folder / "model.safetensors", tensors, {{"format", "pt"}});
}

}  // namespace espalier::models
