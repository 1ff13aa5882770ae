#include "models/checkpoint/adapter.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string_view>

#include "models/device/linear.hpp"
#include "models/files/family.hpp"

namespace espalier::models {
namespace {

// One of the matrices that may be updated, and where it lies within the merged ones.
struct Projection {
  std::string name, module;  // "q", "self_attn.q_proj"
  std::vector<LowRank> LayerUpdates::*place;
  std::int64_t first, rows, inputs;
};

// "self_attn.q_proj" -> "q"
std::string short_name(std::string_view module) {
  module.remove_prefix(module.rfind('.') + 1);
  if (module.ends_with("_proj")) module.remove_suffix(5);
  return std::string(module);
}

std::vector<Projection> projections(const ModelConfig& config) {
  const BlockNames& names = config.family_entry().names;
  const std::int64_t width = config.width, query = config.query_width(), kv = config.kv_width(),
                     feed = config.feed_forward;
  std::vector<Projection> list;
  const auto add = [&](std::span<const std::string_view> modules, std::vector<LowRank> LayerUpdates::*place,
                       std::vector<std::int64_t> rows, std::int64_t inputs) {
    if (modules.size() == 1) rows = {std::accumulate(rows.begin(), rows.end(), std::int64_t{0})};
    std::int64_t first = 0;
    for (std::size_t part = 0; part < modules.size(); first += rows[part++])
      list.push_back({short_name(modules[part]), std::string(modules[part]), place, first, rows[part], inputs});
  };
  add(names.qkv, &LayerUpdates::qkv, {query, kv, kv}, width);
  add({&names.output, 1}, &LayerUpdates::output, {width}, query);
  add(names.gate_up, &LayerUpdates::gate_up, {feed, feed}, width);
  add({&names.down, 1}, &LayerUpdates::down, {width}, feed);
  return list;
}

// Whether `spec` wants the projection, having checked that it wants known ones only.
bool wanted(const LoraSpec& spec, const Projection& projection) {
  return spec.projections.empty() || std::ranges::find(spec.projections, projection.name) != spec.projections.end();
}

void check(const LoraSpec& spec, const std::vector<Projection>& projections) {
  if (spec.rank < 1)
    throw std::invalid_argument("the rank of a scoring head must be at least 1, got " + std::to_string(spec.rank));
  std::string known;
  for (const Projection& projection : projections) known += (known.empty() ? "" : ", ") + projection.name;
  for (const auto& name : spec.projections)
    if (std::ranges::find(projections, name, &Projection::name) == projections.end())
      throw std::invalid_argument("unknown projection \"" + name + "\"; this model has " + known);
}

std::vector<LayerUpdates> draw_updates(const LoraSpec& spec, const Weights& weights, Key key) {
  const auto known = projections(weights.config);
  check(spec, known);
  std::vector<LayerUpdates> layers(weights.layers.size());
  for (std::size_t i = 0; i < layers.size(); ++i)
    for (const Projection& projection : known) {
      if (!wanted(spec, projection)) continue;
      const std::string module = "model.layers." + std::to_string(i) + "." + projection.module;
      const at::Tensor a = at::empty({spec.rank, projection.inputs}, at::kFloat);
      fill_normal(a, key.child(module), 1.0 / std::sqrt(3.0 * static_cast<double>(projection.inputs)));
      const at::Tensor b = at::zeros({projection.rows, spec.rank}, at::kFloat);
      (layers[i].*projection.place)
          .push_back({module, projection.first, a.to(weights.device()), b.to(weights.device())});
    }
  return layers;
}

at::Tensor draw_rows(const std::vector<std::int32_t>& tokens, const Weights& weights, Key key) {
  const at::Tensor table = weights.embedding.detach();
  std::vector<at::Tensor> rows;
  for (const auto token : tokens) {
    if (token < weights.config.vocabulary) {
      rows.push_back(table[token].to(at::kFloat, /*non_blocking=*/false, /*copy=*/true));
      continue;
    }
    at::Tensor row = at::empty({weights.config.width}, at::kFloat);
    fill_normal(row, key.child(static_cast<std::uint64_t>(token)),
                table.square().mean(c10::optional<at::ScalarType>(at::kFloat)).sqrt().item<double>());
    rows.push_back(row.to(weights.device()));
  }
  return at::stack(rows);
}

}  // namespace

Adapter Adapter::make(const ScoringHeadSpec& spec, const Weights& weights, std::int32_t spare_token) {
  Adapter adapter;
  if (spec.adaptation == ScoringHeadSpec::Adaptation::lora) {
    adapter.layers = draw_updates(spec.lora, weights, spec.key.child("updates"));
    adapter.scale = spec.lora.alpha / spec.lora.rank;
  }
  adapter.tokens = spec.own_tokens;
  std::ranges::sort(adapter.tokens);
  if (std::ranges::adjacent_find(adapter.tokens) != adapter.tokens.end())
    throw std::invalid_argument("a token cannot be a scoring head's own twice");
  for (const auto token : adapter.tokens)
    if (token < 0 || (token >= weights.config.vocabulary && token != spare_token))
      throw std::invalid_argument(
          "the token " + std::to_string(token) +
          " cannot be a scoring head's own: it is neither in the vocabulary nor the spare token " +
          std::to_string(spare_token));
  if (!adapter.tokens.empty()) adapter.rows = draw_rows(adapter.tokens, weights, spec.key.child("tokens"));
  return adapter;
}

bool Adapter::owns(std::int32_t token) const { return std::ranges::binary_search(tokens, token); }

std::vector<std::pair<std::string, at::Tensor>> Adapter::matrices() const {
  std::vector<std::pair<std::string, at::Tensor>> list;
  for (const auto& layer : layers)
    for (const auto* updates : {&layer.qkv, &layer.output, &layer.gate_up, &layer.down})
      for (const LowRank& update : *updates) {
        list.emplace_back(update.module + ".lora_A", update.a);
        list.emplace_back(update.module + ".lora_B", update.b);
      }
  return list;
}

at::Tensor embeddings(const Weights& weights, const Adapter* adapter, std::span<const std::int64_t> ids) {
  const auto index = [&](const std::vector<std::int64_t>& values) {
    return at::tensor(values, at::kLong).to(weights.device());
  };
  std::vector<std::int64_t> in_table(ids.begin(), ids.end()), places, rows;
  if (adapter != nullptr)
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto found = std::ranges::lower_bound(adapter->tokens, ids[i]);
      if (found == adapter->tokens.end() || *found != ids[i]) continue;
      in_table[i] = 0;
      places.push_back(static_cast<std::int64_t>(i));
      rows.push_back(found - adapter->tokens.begin());
    }
  const at::Tensor table = at::embedding(weights.embedding, index(in_table));
  if (places.empty()) return table;
  return table.index_copy(0, index(places), adapter->rows.index_select(0, index(rows)).to(table.scalar_type()));
}

std::vector<std::int64_t> own_outputs(const Weights& weights, const Adapter& adapter) {
  std::vector<std::int64_t> list;
  if (!weights.head.is_same(weights.embedding)) return list;
  for (std::size_t i = 0; i < adapter.tokens.size(); ++i)
    if (adapter.tokens[i] < weights.config.vocabulary) list.push_back(static_cast<std::int64_t>(i));
  return list;
}

StackedUpdate::StackedUpdate(const std::vector<LowRank>& updates, double scale, at::ScalarType dtype) {
  std::vector<at::Tensor> stacked;
  for (const LowRank& update : updates) {
    stacked.push_back(pad_rows(update.a.detach()));
    parts_.push_back({update.first, pad_rows(update.b.detach().t() * scale).to(dtype).contiguous()});
  }
  if (!stacked.empty()) down_ = at::cat(stacked).to(dtype);
}

void StackedUpdate::add(const at::Tensor& x, const at::Tensor& y) const {
  if (parts_.empty()) return;
  const at::Tensor low = at::linear(x, down_);
  std::int64_t column = 0;
  for (const Part& part : parts_) {
    const std::int64_t rank = part.up.size(0);
    y.narrow(1, part.first, part.up.size(1)).addmm_(low.narrow(1, column, rank), part.up);
    column += rank;
  }
}

}  // namespace espalier::models
