#include <algorithm>
#include <optional>

#include "models/attention/gathered_attention.hpp"
#include "models/device/cuda_library.hpp"
#include "models/device/row_kernels.hpp"

namespace espalier::models {
namespace {

class RaggedAttention final : public GatheredAttention {
 public:
  RaggedAttention(std::span<const Piece> pieces, const ModelConfig& config, std::int64_t least_pages, Numbers& numbers)
      : config_(config), single_(true) {
    const auto gathered = [&](const Piece& piece) { return std::max(least_pages, piece.pages()); };
    for (auto from = pieces.begin(), to = from; from != pieces.end(); from = to) {
      std::int64_t pages = 0;
      for (; to != pieces.end(); ++to) {
        if (to != from && (pages + gathered(*to)) * kPage * 2 * config.kv_width() > kGatheredNumbers) break;
        pages += gathered(*to);
        single_ = single_ && to->count == 1;
      }
      Group group{.first = from->row, .rows = 0, .longest = 0, .furthest = 0};
      std::vector<std::int64_t> page_numbers, row_ends = {0}, key_ends = {0}, visible;
      for (auto piece = from; piece != to; ++piece) {
        for (std::int64_t i = 0; i < gathered(*piece); ++i)
          page_numbers.push_back(i < piece->pages() ? piece->page(i) : 0);
        group.rows += piece->count;
        group.longest = std::max<std::int64_t>(group.longest, piece->count);
        group.furthest = std::max<std::int64_t>(group.furthest, gathered(*piece) * kPage);
        row_ends.push_back(group.rows);
        key_ends.push_back(std::ssize(page_numbers) * kPage);
        visible.push_back(piece->visible());
      }
      group.pages = numbers.append(page_numbers);
      group.row_ends = numbers.append(row_ends);
      group.key_ends = numbers.append(key_ends);
      group.visible = numbers.append(visible);
      groups_.push_back(std::move(group));
    }
  }

  bool uniform() const override {
    return single_ && groups_.size() == 1 &&
           groups_.front().pages.count * kPage == groups_.front().rows * groups_.front().furthest;
  }
  std::int64_t pages() const override { return groups_.front().furthest / kPage; }

  void prepare(const at::Tensor& numbers, at::ScalarType) override {
    const at::Tensor narrow = numbers.to(at::kInt);
    for (Group& group : groups_) {
      group.page_index = group.pages.of(numbers);
      group.row_end_index = group.row_ends.of(narrow);
      group.key_end_index = group.key_ends.of(narrow);
      group.visible_count = group.visible.of(narrow);
    }
  }

  at::Tensor attend(const at::Tensor& query, const at::Tensor& stored, int window) const override {
    std::vector<at::Tensor> parts;
    for (const Group& group : groups_) {
      const at::Tensor asking =
          query.narrow(0, group.first, group.rows).view({group.rows, config_.heads, config_.head_width});
      const at::Tensor seen =
          stored.index_select(0, group.page_index).view({-1, 2, config_.kv_heads, config_.head_width});
      // Each row of a piece sees as many positions more than the row before it, the last one all that are `visible`,
      // or those of them that lie at most so far back.
      std::optional<std::int64_t> back, ahead;
      if (window > 0 && window < group.furthest) back = window - 1, ahead = 0;
      const auto found = at::_flash_attention_forward(
          asking, seen.select(1, 0), seen.select(1, 1), group.row_end_index, group.key_end_index, group.longest,
          group.furthest, /*dropout_p=*/0.0, /*is_causal=*/group.longest > 1, /*return_debug_mask=*/false,
          /*scale=*/std::optional<double>(), /*window_size_left=*/back, /*window_size_right=*/ahead,
          group.visible_count);
      parts.push_back(std::get<0>(found).reshape({group.rows, config_.query_width()}));
    }
    return parts.size() == 1 ? parts.front() : at::cat(parts);
  }

 private:
  // Pieces whose keys and values are gathered together.
  struct Group {
    std::int64_t first, rows;        // of the batch
    std::int64_t longest, furthest;  // most rows, and most gathered positions, of one piece
    Numbers::Part pages, row_ends, key_ends, visible;
    at::Tensor page_index, row_end_index, key_end_index, visible_count;  // all but the first int32
  };
  ModelConfig config_;
  bool single_;  // every piece is one row
  std::vector<Group> groups_;
};

}  // namespace

bool can_attend_ragged(const ModelConfig& config, at::Device device, at::ScalarType dtype) {
  constexpr int ampere = 80;
  return device.is_cuda() && (dtype == at::kBFloat16 || dtype == at::kHalf) && config.head_width % 8 == 0 &&
         config.head_width <= 256 && cuda_library() != nullptr && cuda_library()->capability(device.index()) >= ampere;
}

std::unique_ptr<GatheredAttention> ragged_attention(std::span<const Piece> pieces, const ModelConfig& config,
                                                    std::int64_t least_pages, Numbers& numbers) {
  return std::make_unique<RaggedAttention>(pieces, config, least_pages, numbers);
}

}  // namespace espalier::models
