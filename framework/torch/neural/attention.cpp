#include "neural/attention.hpp"

#include <algorithm>
#include <cmath>

#include "neural/decoder.hpp"
#include "neural/row_kernels.hpp"

namespace espalier::neural {
namespace {

// Rotates [rows, heads, head_width] by tables [rows, 1, head_width / 2].
at::Tensor rotated(const at::Tensor& x, const at::Tensor& cosine, const at::Tensor& sine) {
  const auto halves = x.chunk(2, -1);
  return at::cat({halves[0] * cosine - halves[1] * sine, halves[1] * cosine + halves[0] * sine}, -1);
}

}  // namespace

at::Tensor attend(const at::Tensor& merged, const Rows& rows, int layer, const Weights& weights, const KvCache& cache,
                  const RotaryTable& rotary) {
  const bool fast = merged.is_cpu() && merged.scalar_type() == at::kFloat;
  return (fast ? attend_cpu : attend_generic)(merged, rows, layer, weights, cache, rotary);
}

at::Tensor attend_generic(const at::Tensor& merged, const Rows& rows, int layer, const Weights& weights,
                          const KvCache& cache, const RotaryTable& rotary) {
  const ModelConfig& config = weights.config;
  const LayerWeights& block = weights.layers[static_cast<std::size_t>(layer)];
  const auto count = static_cast<std::int64_t>(rows.position_of.size());
  const at::Device device = merged.device();
  const auto index = [&](const std::vector<std::int64_t>& values) { return at::tensor(values, at::kLong).to(device); };

  const at::Tensor used = merged.narrow(0, 0, count);
  at::Tensor query = used.narrow(1, 0, config.query_width()).reshape({count, config.heads, config.head_width});
  at::Tensor key =
      used.narrow(1, config.query_width(), config.kv_width()).reshape({count, config.kv_heads, config.head_width});
  const at::Tensor value = used.narrow(1, config.query_width() + config.kv_width(), config.kv_width())
                               .reshape({count, config.kv_heads, config.head_width});
  if (config.qk_norm) {
    query = rms_norm_rows(query, block.query_norm, config.norm_epsilon);
    key = rms_norm_rows(key, block.key_norm, config.norm_epsilon);
  }
  const std::vector<std::int64_t> positions(rows.position_of.begin(), rows.position_of.end());
  const at::Tensor position_index = index(positions);
  const at::Tensor cosine = rotary.cosine().index_select(0, position_index).unsqueeze(1).to(query.scalar_type());
  const at::Tensor sine = rotary.sine().index_select(0, position_index).unsqueeze(1).to(query.scalar_type());
  query = rotated(query, cosine, sine);
  key = rotated(key, cosine, sine);

  // Store: row -> (page, slot).
  std::vector<std::int64_t> pages, slots;
  for (std::size_t row = 0; row < positions.size(); ++row) {
    const Sequence& sequence = *rows.sequences[static_cast<std::size_t>(rows.sequence_of[row])];
    pages.push_back(sequence.pages()[static_cast<std::size_t>(positions[row] / kPage)]);
    slots.push_back(positions[row] % kPage);
  }
  const at::Tensor page_index = index(pages), slot_index = index(slots);
  cache.keys(layer).permute({0, 3, 1, 2}).index_put_({page_index, slot_index}, key);
  cache.values(layer).permute({0, 2, 1, 3}).index_put_({page_index, slot_index}, value);

  at::Tensor out = at::zeros({merged.size(0), config.query_width()}, merged.options());
  std::int64_t start = 0;
  for (std::size_t i = 0; i < rows.sequences.size(); ++i) {  // rows of one sequence are adjacent
    const Sequence& sequence = *rows.sequences[i];
    std::int64_t fed = 0;
    while (start + fed < count && rows.sequence_of[static_cast<std::size_t>(start + fed)] == static_cast<int>(i)) ++fed;
    const at::Tensor own = index(std::vector<std::int64_t>(sequence.pages().begin(), sequence.pages().end()));
    const std::int64_t length = sequence.length();
    const auto gather = [&](const at::Tensor& stored, at::IntArrayRef order) {  // -> [heads, length, head_width]
      at::Tensor flat = stored.index_select(0, own).permute(order).reshape({config.kv_heads, -1, config.head_width});
      return flat.narrow(1, 0, length).repeat_interleave(config.heads / config.kv_heads, 0);
    };
    const at::Tensor keys = gather(cache.keys(layer), {1, 0, 3, 2}), values = gather(cache.values(layer), {1, 0, 2, 3});
    const at::Tensor asking = query.narrow(0, start, fed).transpose(0, 1);  // [heads, fed, head_width]
    at::Tensor scores =
        at::matmul(asking, keys.transpose(1, 2)).to(at::kFloat) / std::sqrt(static_cast<double>(config.head_width));
    if (fed > 1) {
      const at::Tensor hidden = at::ones({fed, length}, scores.options().dtype(at::kBool)).triu(length - fed + 1);
      scores = scores.masked_fill(hidden, -INFINITY);
    }
    const at::Tensor mixed = at::matmul(at::softmax(scores, -1).to(values.scalar_type()), values);
    out.narrow(0, start, fed).copy_(mixed.transpose(0, 1).reshape({fed, config.query_width()}));
    start += fed;
  }
  return out;
}

}  // namespace espalier::neural
