#include <algorithm>
#include <bit>
#include <cmath>

#include "models/attention/gathered_attention.hpp"
#include "models/device/row_kernels.hpp"

namespace espalier::models {
namespace {

constexpr int kPieceRows = 512;                               // rows of a piece that attend together at most
constexpr std::int64_t kMaskNumbers = std::int64_t{1} << 26;  // in a group's mask

class PaddedAttention final : public GatheredAttention {
 public:
  PaddedAttention(std::span<const Piece> given, const ModelConfig& config, std::int64_t least_pages, Numbers& numbers)
      : config_(config) {
    std::vector<Piece> pieces;
    for (const Piece& piece : given)
      for (int done = 0; done < piece.count; done += kPieceRows)
        pieces.push_back(
            {piece.sequence, piece.position + done, piece.row + done, std::min(kPieceRows, piece.count - done)});
    const auto size = [](const Piece& piece) { return std::bit_width(static_cast<unsigned>(piece.count)); };
    const auto fits = [&](std::ptrdiff_t count, int longest, std::int64_t pages) {
      const std::int64_t gathered = count * pages * kPage;
      return gathered * longest * shared() <= kMaskNumbers && gathered * 2 * config.kv_width() <= kGatheredNumbers;
    };
    std::ranges::stable_sort(pieces, {}, size);
    for (auto from = pieces.begin(), to = from; from != pieces.end(); from = to) {
      int longest = 0;
      std::int64_t pages = least_pages;
      for (; to != pieces.end() && size(*to) == size(*from); ++to) {
        const int longer = std::max(longest, to->count);
        const std::int64_t more = std::max(pages, to->pages());
        if (to != from && !fits(to - from + 1, longer, more)) break;
        longest = longer;
        pages = more;
      }
      const bool whole = from == pieces.begin() && to == pieces.end() && longest == 1;
      // Rows that are padding attend only where that spares a batch of single rows its reordering.
      const auto end =
          whole ? to : std::remove_if(from, to, [](const Piece& piece) { return piece.sequence == nullptr; });
      if (end != from) add({from, end}, longest, pages, whole, numbers);
    }
  }

  bool uniform() const override { return groups_.size() == 1 && groups_.front().whole; }
  std::int64_t pages() const override { return groups_.front().pages.count / groups_.front().pieces; }

  void prepare(const at::Tensor& numbers, at::ScalarType dtype) override {
    for (Group& group : groups_) {
      group.page_index = group.pages.of(numbers);
      if (!group.whole) {
        group.row_index = group.rows.of(numbers);
        group.used_index = group.used.of(numbers);
        group.from_index = group.from.of(numbers);
      }
      group.limit_index = group.limits.of(numbers);
      // Those of several groups at once could be larger than the model.
      if (!group.whole) continue;
      group.mask = mask_of(group, dtype, 0);
      if (const int window = narrowed(group, config_.window)) group.window_mask = mask_of(group, dtype, window);
    }
  }

  at::Tensor attend(const at::Tensor& query, const at::Tensor& stored, int window) const override {
    if (uniform()) return attend(groups_.front(), query, stored, window);
    const at::Tensor out = at::zeros(query.sizes(), query.options());
    for (const Group& group : groups_) {
      const at::Tensor mixed = attend(group, query.index_select(0, group.row_index), stored, window);
      out.index_copy_(0, group.used_index, mixed.index_select(0, group.from_index));
    }
    return out;
  }

 private:
  // Pieces side by side, each `longest` rows of which those beyond its own are padding.
  struct Group {
    std::int64_t pieces = 0, longest = 0;
    bool whole = false;        // its rows are those of the batch, in order
    Numbers::Part pages;       // [pieces * gathered pages]
    Numbers::Part limits;      // [pieces * longest]: the last position each row sees
    Numbers::Part rows;        // [pieces * longest]: rows of the batch
    Numbers::Part used, from;  // the batch's rows, and which of the group's they are
    at::Tensor page_index, limit_index, row_index, used_index, from_index;
    at::Tensor mask, window_mask;  // see mask_of
  };

  std::int64_t shared() const { return config_.heads / config_.kv_heads; }

  static std::int64_t positions(const Group& group) { return group.pages.count / group.pieces * kPage; }
  // A window that reaches over all that was gathered is none.
  static int narrowed(const Group& group, int window) { return window < positions(group) ? window : 0; }

  // What each row must not see: [pieces, 1, longest * query heads per key, positions], 0 or -inf.
  at::Tensor mask_of(const Group& group, at::ScalarType dtype, int window) const {
    const std::int64_t positions = PaddedAttention::positions(group);
    const at::Tensor limit = group.limit_index.view({group.pieces, group.longest, 1, 1});
    const at::Tensor position = at::arange(positions, limit.options());
    at::Tensor hidden = position > limit;
    if (window > 0) hidden = hidden | (position <= limit - window);
    return at::zeros(hidden.sizes(), limit.options().dtype(dtype))
        .masked_fill_(hidden, -INFINITY)
        .expand({group.pieces, group.longest, shared(), positions})
        .reshape({group.pieces, 1, group.longest * shared(), positions});
  }

  void add(std::span<const Piece> pieces, int longest, std::int64_t gathered, bool whole, Numbers& numbers) {
    std::vector<std::int64_t> pages, limits, rows, used, from;
    for (const Piece& piece : pieces) {
      // What is beyond a piece's own pages is masked, so that any page will do.
      for (std::int64_t i = 0; i < gathered; ++i) pages.push_back(i < piece.pages() ? piece.page(i) : 0);
      for (int i = 0; i < longest; ++i) {
        const bool real = i < piece.count;
        if (real) {
          used.push_back(piece.row + i);
          from.push_back(std::ssize(rows));
        }
        rows.push_back(real ? piece.row + i : piece.row);
        limits.push_back(real ? piece.position + i : 0);
      }
    }
    Group group;
    group.pieces = std::ssize(pieces);
    group.longest = longest;
    group.whole = whole;
    group.pages = numbers.append(pages);
    group.limits = numbers.append(limits);
    if (!whole) {
      group.rows = numbers.append(rows);
      group.used = numbers.append(used);
      group.from = numbers.append(from);
    }
    groups_.push_back(std::move(group));
  }

  // `query`: [pieces * longest, query_width] -> the same shape.
  at::Tensor attend(const Group& group, const at::Tensor& query, const at::Tensor& stored, int window) const {
    const std::int64_t width = config_.head_width;
    const at::Tensor asking = query.view({group.pieces, group.longest, config_.kv_heads, shared(), width})
                                  .transpose(1, 2)
                                  .reshape({group.pieces, config_.kv_heads, group.longest * shared(), width});
    const at::Tensor seen =
        stored.index_select(0, group.page_index).view({group.pieces, -1, 2, config_.kv_heads, width}).transpose(1, 3);
    const int narrow = narrowed(group, window);
    const at::Tensor& made = narrow > 0 ? group.window_mask : group.mask;
    const at::Tensor mask = made.defined() ? made : mask_of(group, query.scalar_type(), narrow);
    const at::Tensor mixed = at::scaled_dot_product_attention(asking, seen.select(2, 0), seen.select(2, 1), mask);
    return mixed.reshape({group.pieces, config_.kv_heads, group.longest, shared(), width})
        .transpose(1, 2)
        .reshape({group.pieces * group.longest, config_.query_width()});
  }

  ModelConfig config_;
  std::vector<Group> groups_;
};

}  // namespace

std::int64_t Piece::pages() const { return (visible() + kPage - 1) / kPage; }

Numbers::Part Numbers::append(std::span<const std::int64_t> values) {
  const Part part{std::ssize(all_), std::ssize(values)};
  all_.insert(all_.end(), values.begin(), values.end());
  return part;
}

std::unique_ptr<GatheredAttention> padded_attention(std::span<const Piece> pieces, const ModelConfig& config,
                                                    std::int64_t least_pages, Numbers& numbers) {
  return std::make_unique<PaddedAttention>(pieces, config, least_pages, numbers);
}

}  // namespace espalier::models
