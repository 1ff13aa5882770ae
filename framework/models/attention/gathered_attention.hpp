#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/attention/kv_cache.hpp"

namespace espalier::models {

/// Rows of one sequence that attend together.
struct Piece {
  const Sequence* sequence;  ///< null for a row that is padding: it sees the first position of page 0
  int position;              ///< of its first row
  std::int64_t row;          ///< where they begin in the batch; the others follow
  int count;

  /// What is before and within the piece, in positions and pages.
  int visible() const { return position + count; }
  std::int64_t pages() const;
  int page(std::int64_t i) const { return sequence == nullptr ? 0 : sequence->pages()[static_cast<std::size_t>(i)]; }
};

/// Integers that go to the device as one tensor.
class Numbers {
 public:
  /// Some of them.
  struct Part {
    std::int64_t first = 0, count = 0;
    at::Tensor of(const at::Tensor& numbers) const { return numbers.narrow(0, first, count); }
  };
  Part append(std::span<const std::int64_t> values);
  const std::vector<std::int64_t>& all() const { return all_; }

 private:
  std::vector<std::int64_t> all_;
};

/// Attention of pieces over keys and values that are gathered from a cache of rows.
class GatheredAttention {
 public:
  virtual ~GatheredAttention() = default;
  /// Whether every piece is one row and all attend at once over equally many pages, `pages()`. Then numbers of another
  /// such batch of as many rows and pages do as well.
  virtual bool uniform() const = 0;
  virtual std::int64_t pages() const = 0;
  /// Makes on the device what depends on `numbers` but not on the layer.
  virtual void prepare(const at::Tensor& numbers, at::ScalarType dtype) = 0;
  /// `query`: [rows, query_width], rotated; `stored`: a layer of the cache -> [rows, query_width]. `window`: positions
  /// that a row sees, its own and those before; 0: all.
  virtual at::Tensor attend(const at::Tensor& query, const at::Tensor& stored, int window) const = 0;
};

/// Numbers in keys and values that are gathered at once.
inline constexpr std::int64_t kGatheredNumbers = std::int64_t{1} << 28;

/// On any device and in any type. Pieces of about as many rows attend together, padded to the longest; long ones in
/// parts. The query heads that share a key are further rows of its query, so that keys are never repeated.
/// `least_pages` are gathered for each piece at least.
std::unique_ptr<GatheredAttention> padded_attention(std::span<const Piece> pieces, const ModelConfig& config,
                                                    std::int64_t least_pages, Numbers& numbers);

/// Whether `ragged_attention` can be used: on a GPU of compute capability 8.0 or more, in types of 16 bits.
bool can_attend_ragged(const ModelConfig& config, at::Device device, at::ScalarType dtype);
/// By torch's flash attention, without padding, where `can_attend_ragged`.
std::unique_ptr<GatheredAttention> ragged_attention(std::span<const Piece> pieces, const ModelConfig& config,
                                                    std::int64_t least_pages, Numbers& numbers);

}  // namespace espalier::models
