#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "models/attention/attention.hpp"
#include "models/device/linear.hpp"
#include "models/device/row_kernels.hpp"

// Two passes over the rows, each row by itself: first every new key and value is stored, then every query attends. A
// query at position p sees positions 0..p of its own sequence, or the last of them, in that order, so it does not
// matter which of them came in this batch.

namespace espalier::models {
namespace {

struct Plan {
  const Rows& rows;
  const ModelConfig& config;
  const LayerWeights& block;
  const RowKernels& kernels;
  const float* cosine;
  const float* sine;
  float* keys;    // [pages, kv_heads, head_width, kPage]
  float* values;  // [pages, kv_heads, kPage, head_width]
  float* merged;  // [rows, query_width + 2 kv_width], normed and rotated in place
  std::int64_t page_size() const { return std::int64_t{config.kv_width()} * kPage; }
};

// Norms and rotates the queries and keys of one row, then scatters its key and value into their page.
void store(const Plan& plan, std::size_t row) {
  const ModelConfig& config = plan.config;
  const int width = config.head_width, half = config.rotary_width() / 2, position = plan.rows.position_of[row];
  float* const query = plan.merged + static_cast<std::int64_t>(row) * (config.query_width() + 2 * config.kv_width());
  float* const key = query + config.query_width();
  const float* const value = key + config.kv_width();
  const auto turn = [&](float* heads, int count, const at::Tensor& norm) {
    for (int head = 0; head < count; ++head) {
      float* const at = heads + head * width;
      if (config.qk_norm) {
        float normed[1024];
        plan.kernels.rms_norm(at, norm.const_data_ptr<float>(), static_cast<float>(config.norm_epsilon), width, normed);
        std::copy(normed, normed + width, at);
      }
      plan.kernels.rotate(at, plan.cosine + std::int64_t{position} * half, plan.sine + std::int64_t{position} * half,
                          half);
    }
  };
  turn(query, config.heads, plan.block.query_norm);
  turn(key, config.kv_heads, plan.block.key_norm);
  const float scale = 1.0f / std::sqrt(static_cast<float>(width));
  for (int i = 0; i < config.query_width(); ++i) query[i] *= scale;

  const Sequence& sequence = *plan.rows.sequences[static_cast<std::size_t>(plan.rows.sequence_of[row])];
  const int page = sequence.pages()[static_cast<std::size_t>(position / kPage)], slot = position % kPage;
  float* const page_keys = plan.keys + page * plan.page_size();
  float* const page_values = plan.values + page * plan.page_size();
  for (int i = 0; i < config.kv_width(); ++i) page_keys[i * kPage + slot] = key[i];
  for (int head = 0; head < config.kv_heads; ++head)
    std::copy(value + head * width, value + (head + 1) * width, page_values + (head * kPage + slot) * width);
}

}  // namespace

at::Tensor attend_cpu(const at::Tensor& merged, const Rows& rows, int layer, const Weights& weights,
                      const KvCache& cache, const RotaryTable& rotary) {
  const ModelConfig& config = weights.config;
  TORCH_CHECK(config.head_width <= 1024, "head_dim above 1024 is not supported");
  const Plan plan{rows,
                  config,
                  weights.layers[static_cast<std::size_t>(layer)],
                  row_kernels(),
                  rotary.cosine().const_data_ptr<float>(),
                  rotary.sine().const_data_ptr<float>(),
                  cache.keys(layer).mutable_data_ptr<float>(),
                  cache.values(layer).mutable_data_ptr<float>(),
                  merged.mutable_data_ptr<float>()};
  const auto count = static_cast<std::int64_t>(rows.position_of.size());
  at::parallel_for(0, count, 32, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) store(plan, static_cast<std::size_t>(row));
  });

  at::Tensor out = at::empty({merged.size(0), config.query_width()}, merged.options());
  if (merged.size(0) > count) out.narrow(0, count, merged.size(0) - count).zero_();
  float* const out_data = out.mutable_data_ptr<float>();
  const std::int64_t stride = config.query_width() + 2 * config.kv_width();
  const int window = config.window_of(layer);
  at::parallel_for(0, count, 4, [&](std::int64_t begin, std::int64_t end) {
    std::vector<const float*> keys, values;
    std::vector<float> scores;
    for (std::int64_t row = begin; row < end; ++row) {
      const auto at = static_cast<std::size_t>(row);
      const Sequence& sequence = *rows.sequences[static_cast<std::size_t>(rows.sequence_of[at])];
      const int end_position = rows.position_of[at] + 1, pages = (end_position + kPage - 1) / kPage;
      const int first = window > 0 ? std::max(0, end_position - window) : 0, skipped = first / kPage;
      keys.clear();
      values.clear();
      for (int page = skipped; page < pages; ++page) {
        keys.push_back(plan.keys + sequence.pages()[static_cast<std::size_t>(page)] * plan.page_size());
        values.push_back(plan.values + sequence.pages()[static_cast<std::size_t>(page)] * plan.page_size());
      }
      scores.resize(static_cast<std::size_t>(pages - skipped) * kPage);
      plan.kernels.attend({.query = plan.merged + row * stride,
                           .keys = keys.data(),
                           .values = values.data(),
                           .begin = first % kPage,
                           .length = end_position - skipped * kPage,
                           .heads = config.heads,
                           .kv_heads = config.kv_heads,
                           .head_width = config.head_width,
                           .scores = scores.data(),
                           .out = out_data + row * config.query_width()});
    }
  });
  return out;
}

}  // namespace espalier::models
