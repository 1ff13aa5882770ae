#include "models/checkpoint/checkpoint_heads.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace espalier::models {
namespace {

constexpr std::int64_t kMostOutputs = 4096;  // of a head's last layer; a table of tokens has more

/// The number behind the last point of a module's name: 2 of "score.2".
std::optional<int> layer_number(std::string_view module) {
  const std::size_t point = module.rfind('.');
  if (point == std::string_view::npos) return std::nullopt;
  int number = 0;
  const char* const end = module.data() + module.size();
  const auto [rest, fault] = std::from_chars(module.data() + point + 1, end, number);
  return fault == std::errc() && rest == end ? std::optional(number) : std::nullopt;
}

std::string without_ending(const std::string& tensor, std::string_view ending) {
  return tensor.substr(0, tensor.size() - ending.size());
}

LinearHead read_layer(const TensorSource& source, const std::string& module, at::Device device) {
  const auto read = [&](const std::string& name, at::IntArrayRef shape) {
    return source.read(name, shape, at::kFloat).to(device);
  };
  LinearHead layer;
  layer.weight = read(module + ".weight", {});
  if (source.has(module + ".bias")) layer.bias = read(module + ".bias", {layer.weight.size(0)});
  return layer;
}

}  // namespace

std::string head_of_tensor(const std::string& tensor) {
  if (tensor.starts_with("model.") || tensor.starts_with("lm_head.")) return {};
  for (const std::string_view ending : {".weight", ".bias"}) {
    if (!tensor.ends_with(ending)) continue;
    const std::string module = without_ending(tensor, ending);
    return layer_number(module) ? module.substr(0, module.rfind('.')) : module;
  }
  return {};
}

bool lacks_output_head(const TensorSource& source) {
  return !source.has("lm_head.weight") &&
         std::ranges::any_of(source.names(), [](const auto& tensor) { return !head_of_tensor(tensor).empty(); });
}

CheckpointHeads read_heads(const TensorSource& source, const Weights& weights) {
  std::map<std::string, std::map<int, std::string>> modules;  // of each head, by number
  for (const auto& tensor : source.names()) {
    const std::string head = head_of_tensor(tensor);
    if (head.empty() || !tensor.ends_with(".weight") || source.shape(tensor).size() != 2) continue;
    const std::string module = without_ending(tensor, ".weight");
    modules[head].emplace(layer_number(module).value_or(0), module);
  }
  CheckpointHeads heads;
  for (const auto& [name, layers] : modules) {
    std::int64_t width = weights.config.width;
    const bool fits = std::ranges::all_of(layers, [&](const auto& layer) {
      const auto shape = source.shape(layer.second + ".weight");
      return shape[1] == std::exchange(width, shape[0]);
    });
    if (!fits || width > kMostOutputs) continue;
    for (const auto& [number, module] : layers)
      heads[name].layers.push_back(read_layer(source, module, weights.device()));
  }
  return heads;
}

}  // namespace espalier::models
