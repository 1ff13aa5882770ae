#include "models/attention/attention.hpp"

#include "models/decode/decoder.hpp"
#include "models/device/row_kernels.hpp"

namespace espalier::models {
namespace {

std::vector<Piece> pieces_of(const Rows& rows, std::int64_t padded) {
  std::vector<Piece> pieces;
  const auto count = rows.position_of.size();
  for (std::size_t row = 0, end = 0; row < count; row = end) {
    while (end < count && rows.sequence_of[end] == rows.sequence_of[row]) ++end;
    pieces.push_back({rows.sequences[static_cast<std::size_t>(rows.sequence_of[row])], rows.position_of[row],
                      static_cast<std::int64_t>(row), static_cast<int>(end - row)});
  }
  for (auto row = static_cast<std::int64_t>(count); row < padded; ++row) pieces.push_back({nullptr, 0, row, 1});
  return pieces;
}

}  // namespace

BatchedAttention::BatchedAttention(const Rows& rows, std::int64_t padded, const Weights& weights,
                                   std::int64_t least_pages)
    : dtype_(weights.dtype()), ragged_(can_attend_ragged(weights.config, weights.device(), weights.dtype())) {
  std::vector<std::int64_t> positions, slots;
  const auto pieces = pieces_of(rows, padded);
  for (const Piece& piece : pieces)
    for (int i = 0; i < piece.count; ++i) {
      const int position = piece.position + i;
      positions.push_back(position);
      slots.push_back(std::int64_t{piece.page(position / kPage)} * kPage + position % kPage);
    }
  positions_ = numbers_.append(positions);
  slots_ = numbers_.append(slots);
  attention_ = (ragged_ ? ragged_attention : padded_attention)(pieces, weights.config, least_pages, numbers_);
}

void BatchedAttention::prepare(const at::Tensor& numbers, const RotaryTable& rotary) {
  slot_index_ = slots_.of(numbers);
  const at::Tensor positions = positions_.of(numbers);
  const at::Tensor cosine = rotary.cosine().index_select(0, positions), sine = rotary.sine().index_select(0, positions);
  cosine_ = at::cat({cosine, cosine}, 1).unsqueeze(1).to(dtype_);
  sine_ = at::cat({-sine, sine}, 1).unsqueeze(1).to(dtype_);
  attention_->prepare(numbers, dtype_);
}

at::Tensor BatchedAttention::operator()(const at::Tensor& merged, int layer, const Weights& weights,
                                        const KvCache& cache) const {
  const ModelConfig& config = weights.config;
  const LayerWeights& block = weights.layers[static_cast<std::size_t>(layer)];
  const at::Tensor heads = merged.view({merged.size(0), -1, config.head_width});
  if (config.qk_norm) {
    const at::Tensor queries = heads.narrow(1, 0, config.heads), keys = heads.narrow(1, config.heads, config.kv_heads);
    queries.copy_(rms_norm_rows(queries, block.query_norm, config.norm_epsilon));
    keys.copy_(rms_norm_rows(keys, block.key_norm, config.norm_epsilon));
  }
  const std::int64_t rotating = config.heads + config.kv_heads, width = config.rotary_width();
  at::Tensor turned = heads.narrow(1, 0, rotating).narrow(2, 0, width);
  const bool whole = width == config.head_width;  // then what is rolled lies side by side
  const at::Tensor swapped =
      whole ? at::roll(heads, width / 2, -1).narrow(1, 0, rotating) : at::roll(turned, width / 2, -1);
  at::addcmul_out(turned, turned * cosine_, swapped, sine_);
  const std::int64_t query = config.query_width(), both = std::int64_t{2} * config.kv_width();
  const at::Tensor& stored = cache.rows(layer);
  at::Tensor fresh = merged.narrow(1, query, both);
  // Padded attention multiplies positions that it masks, and a page keeps what the sequence before left in it.
  if (!ragged_) fresh = at::nan_to_num(fresh, 0, 0, 0);
  stored.view({-1, both}).index_copy_(0, slot_index_, fresh);
  return attention_->attend(merged.narrow(1, 0, query), stored, config.window_of(layer));
}

}  // namespace espalier::models
