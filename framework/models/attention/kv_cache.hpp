#pragma once

#include <ATen/ATen.h>

#include <compare>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "models/files/config.hpp"

namespace espalier::models {

/// How much memory a cache may have.
struct CacheLimits {
  /// Of what was read before, for what begins with the same tokens.
  std::int64_t remembered_bytes = std::int64_t{1} << 30;
  /// Bytes that could still be had for keys and values, nothing where nobody knows; asked whenever more are needed.
  /// Unless given: `free_memory` of the device.
  std::function<std::optional<double>()> free_memory;
};

/// How the keys and values of a page lie in memory.
enum class PageLayout {
  transposed,  ///< as the CPU kernels read them: keys [kv_heads, head_width, kPage], values [kv_heads, kPage,
               ///< head_width]
  rows,        ///< as tensor arithmetic does: [kPage, 2 kv_width], each position's keys and values side by side; page 0
               ///< belongs to no sequence: batches write and read it where they are padded
};

/// The layout for attention on `device` in `dtype`.
PageLayout page_layout(at::Device device, at::ScalarType dtype);

class KvCache;

/// The tokens of one sequence whose keys and values are stored: a list of reference-counted pages.
///
/// Copying forks the sequence: pages are shared until one side writes into them. Must not outlive its cache.
class Sequence {
 public:
  explicit Sequence(KvCache& cache) : cache_(&cache) {}
  Sequence(const Sequence& other);
  Sequence(Sequence&& other) noexcept;
  Sequence& operator=(Sequence other) noexcept;
  ~Sequence();

  /// Tokens stored.
  int length() const { return static_cast<int>(tokens_.size()); }
  std::span<const std::int32_t> tokens() const { return tokens_; }
  const std::vector<int>& pages() const { return pages_; }

  /// Makes room for `tokens` after those stored and counts them as stored; pages shared with others that would be
  /// written are replaced by copies, which `KvCache::settle` makes. The caller then fills in keys and values. Throws
  /// MachineFailure where there is no memory for them; `KvCache::reserve` tells before.
  void append(std::span<const std::int32_t> tokens);
  /// Pages that appending `count` tokens takes.
  int pages_for(int count) const;

 private:
  friend class KvCache;
  KvCache* cache_;
  std::vector<int> pages_;
  std::vector<std::int32_t> tokens_;
};

/// Keys and values of all layers in pages of kPage positions, and an index of pages by the tokens they were computed
/// from, so that a prefix that was read before is not read again. One thread.
///
/// The index is a tree: below each remembered page are those that followed it. A page whose tokens agree with the
/// wanted ones only at its beginning serves as far as they agree.
class KvCache {
 public:
  KvCache(const ModelConfig& config, PageLayout layout, at::Device device, at::ScalarType dtype,
          CacheLimits limits = {});

  /// Returns a sequence that holds the longest remembered prefix of `tokens`, at most `limit` of them.
  Sequence recall(std::span<const std::int32_t> tokens, int limit);
  /// Makes the pages of `sequence` findable by `recall`.
  void remember(const Sequence& sequence);
  /// Forgets all remembered pages: the weights have changed.
  void forget();

  /// Sees to it that `pages` pages are free, if need be by taking more memory, or, where the machine has none left, by
  /// forgetting what is remembered, oldest first. Returns whether they are.
  bool reserve(int pages);

  PageLayout layout() const { return layout_; }
  /// Copies the pages that `Sequence::append` replaced since the last call. To be called before anything is stored.
  void settle();

  /// [pages, kv_heads, head_width, kPage], of a transposed cache.
  const at::Tensor& keys(int layer) const { return stores_[2 * static_cast<std::size_t>(layer)]; }
  /// [pages, kv_heads, kPage, head_width], of a transposed cache.
  const at::Tensor& values(int layer) const { return stores_[2 * static_cast<std::size_t>(layer) + 1]; }
  /// [pages, kPage, 2 kv_width], of a cache of rows.
  const at::Tensor& rows(int layer) const { return stores_[static_cast<std::size_t>(layer)]; }
  /// Pages in use, remembered ones included.
  int pages_in_use() const {
    return capacity_ - static_cast<int>(free_.size()) - (layout_ == PageLayout::rows ? 1 : 0);
  }
  int capacity() const { return capacity_; }

 private:
  friend class Sequence;
  // Where a page is in the tree. Siblings are in the order of their tokens, so that those which agree longest with a
  // given list are next to where it would be.
  struct Place {
    std::uint64_t parent;  // number of the page before it, 0 for the first
    std::vector<std::int32_t> tokens;
    auto operator<=>(const Place&) const = default;
  };
  struct Remembered {
    int page;
    std::uint64_t number;  // never used again, so that nothing is found below a page that was forgotten
    std::list<const Place*>::iterator age;
  };
  using Tree = std::map<Place, Remembered>;

  Tree::iterator nearest(const Place& place);
  Tree::iterator plant(Place place, int page);
  void touch(std::span<const Tree::iterator> path);
  void forget(Tree::iterator entry);
  int take();
  void share(int page) { ++users_[static_cast<std::size_t>(page)]; }
  void release(int page);
  int own_copy(int page);
  bool grow(int pages);
  double bytes_to_add(int pages) const;
  void widen(int capacity);

  ModelConfig config_;
  PageLayout layout_;
  at::TensorOptions options_;
  std::int64_t page_bytes_;  // of all layers
  std::function<std::optional<double>()> free_memory_;
  int capacity_ = 0;
  int remembered_limit_;
  std::vector<at::Tensor> stores_;                     // by layer, and by what is kept of it
  std::vector<std::int64_t> copied_from_, copied_to_;  // pages whose copies are due
  std::vector<int> users_;
  std::vector<int> free_;
  Tree remembered_;
  std::uint64_t numbers_ = 0;
  std::list<const Place*> ages_;  // least recently used first
};

}  // namespace espalier::models
