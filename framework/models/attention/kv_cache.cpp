#include "models/attention/kv_cache.hpp"

#include <algorithm>
#include <espalier/machine_failure.hpp>
#include <iterator>
#include <string>
#include <utility>

#include "models/device/memory.hpp"
#include "models/device/row_kernels.hpp"

namespace espalier::models {
namespace {

constexpr int kFirstPages = 64;
constexpr double kShare = 0.8;  // of the memory that is free; the rest is left for all that is computed

std::size_t agreement(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace

Sequence::Sequence(const Sequence& other) : cache_(other.cache_), pages_(other.pages_), tokens_(other.tokens_) {
  for (const int page : pages_) cache_->share(page);
}

Sequence::Sequence(Sequence&& other) noexcept
    : cache_(other.cache_), pages_(std::exchange(other.pages_, {})), tokens_(std::exchange(other.tokens_, {})) {}

Sequence& Sequence::operator=(Sequence other) noexcept {
  std::swap(cache_, other.cache_);
  std::swap(pages_, other.pages_);
  std::swap(tokens_, other.tokens_);
  return *this;
}

Sequence::~Sequence() {
  for (const int page : pages_) cache_->release(page);
}

void Sequence::append(std::span<const std::int32_t> tokens) {
  if (tokens.empty()) return;
  if (length() % kPage != 0) pages_.back() = cache_->own_copy(pages_.back());
  tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
  while (static_cast<int>(pages_.size()) * kPage < length()) pages_.push_back(cache_->take());
}

int Sequence::pages_for(int count) const {
  if (count == 0) return 0;
  const bool shared = length() % kPage != 0 && cache_->users_[static_cast<std::size_t>(pages_.back())] > 1;
  return (length() + count + kPage - 1) / kPage - static_cast<int>(pages_.size()) + (shared ? 1 : 0);
}

PageLayout page_layout(at::Device device, at::ScalarType dtype) {
  return device.is_cpu() && dtype == at::kFloat ? PageLayout::transposed : PageLayout::rows;
}

KvCache::KvCache(const ModelConfig& config, PageLayout layout, at::Device device, at::ScalarType dtype,
                 CacheLimits limits)
    : config_(config),
      layout_(layout),
      options_(at::TensorOptions().device(device).dtype(dtype)),
      page_bytes_(std::int64_t{2} * config.layers * config.kv_width() * kPage *
                  static_cast<std::int64_t>(c10::elementSize(dtype))),
      free_memory_(std::move(limits.free_memory)),
      remembered_limit_(static_cast<int>(std::max<std::int64_t>(1, limits.remembered_bytes / page_bytes_))) {
  if (!free_memory_) free_memory_ = [device] { return free_memory(device); };
  widen(kFirstPages);
  if (layout_ == PageLayout::rows) take();
}

bool KvCache::reserve(int pages) {
  const auto enough = [&] { return std::ssize(free_) >= pages; };
  if (enough() || grow(pages - static_cast<int>(free_.size()))) return true;
  while (!enough() && !ages_.empty()) forget(remembered_.find(*ages_.front()));
  return enough();
}

// Adds at least so many pages: twice as many as there are, as that is seldom done again, or else as few as will do.
bool KvCache::grow(int pages) {
  const auto memory = free_memory_();
  for (const int more : {std::max(capacity_, pages), std::max(capacity_ / 4, pages), pages}) {
    if (memory && bytes_to_add(more) > kShare * *memory) continue;
    widen(capacity_ + more);
    return true;
  }
  return false;
}

// What so many more pages take: themselves, and the tensor that is copied while it is wider.
double KvCache::bytes_to_add(int pages) const {
  return static_cast<double>(page_bytes_) * (pages + capacity_ / static_cast<double>(stores_.size()));
}

void KvCache::widen(int wanted) {
  // Zeroed, since attention multiplies whole pages before it masks the unused end.
  std::vector<std::vector<std::int64_t>> shapes;
  if (layout_ == PageLayout::transposed)
    shapes = {{wanted, config_.kv_heads, config_.head_width, kPage},
              {wanted, config_.kv_heads, kPage, config_.head_width}};
  else
    shapes = {{wanted, kPage, std::int64_t{2} * config_.kv_width()}};
  stores_.resize(static_cast<std::size_t>(config_.layers) * shapes.size());
  for (std::size_t i = 0; i < stores_.size(); ++i) {
    at::Tensor wider = at::zeros(shapes[i % shapes.size()], options_);
    if (stores_[i].defined()) wider.narrow(0, 0, capacity_).copy_(stores_[i].narrow(0, 0, capacity_));
    stores_[i] = std::move(wider);
  }
  users_.resize(static_cast<std::size_t>(wanted), 0);
  for (int page = wanted - 1; page >= capacity_; --page) free_.push_back(page);
  capacity_ = wanted;
}

int KvCache::take() {
  if (!reserve(1))
    throw MachineFailure(
        "there is no memory for more keys and values than those in use (" +
        std::to_string((page_bytes_ * capacity_ >> 20) + 1) +
        " MiB at most); fewer requests at a time (max_batch of the language model), shorter messages or "
        "a smaller model need less");
  const int page = free_.back();
  free_.pop_back();
  users_[static_cast<std::size_t>(page)] = 1;
  return page;
}

void KvCache::release(int page) {
  if (--users_[static_cast<std::size_t>(page)] > 0) return;
  free_.push_back(page);
  // Where a batch failed before it was settled, what was to be copied there no longer is.
  if (const auto due = std::ranges::find(copied_to_, page); due != copied_to_.end()) {
    copied_from_.erase(copied_from_.begin() + (due - copied_to_.begin()));
    copied_to_.erase(due);
  }
}

int KvCache::own_copy(int page) {
  if (users_[static_cast<std::size_t>(page)] == 1) return page;
  const int copy = take();
  copied_from_.push_back(page);
  copied_to_.push_back(copy);
  release(page);
  return copy;
}

// All pages at once: on a GPU each copy by itself would take as long.
void KvCache::settle() {
  if (copied_to_.empty()) return;
  const auto index = [&](const std::vector<std::int64_t>& pages) {
    return at::tensor(pages, at::kLong).to(options_.device());
  };
  const at::Tensor from = index(copied_from_), to = index(copied_to_);
  for (const at::Tensor& store : stores_) store.index_copy_(0, to, store.index_select(0, from));
  copied_from_.clear();
  copied_to_.clear();
}

// The sibling that agrees longest with the tokens of `place`, or the end.
KvCache::Tree::iterator KvCache::nearest(const Place& place) {
  const auto agrees = [&](Tree::iterator entry) {
    return entry->first.parent == place.parent ? agreement(entry->first.tokens, place.tokens) : 0;
  };
  const auto after = remembered_.lower_bound(place);
  const std::size_t long_after = after == remembered_.end() ? 0 : agrees(after);
  if (after != remembered_.begin() && agrees(std::prev(after)) > long_after) return std::prev(after);
  return long_after > 0 ? after : remembered_.end();
}

// Makes the ends of paths older than their beginnings, without which they cannot be found.
void KvCache::touch(std::span<const Tree::iterator> path) {
  for (std::size_t i = path.size(); i-- > 0;) ages_.splice(ages_.end(), ages_, path[i]->second.age);
}

Sequence KvCache::recall(std::span<const std::int32_t> tokens, int limit) {
  Sequence sequence(*this);
  tokens = tokens.first(std::min(tokens.size(), static_cast<std::size_t>(std::max(limit, 0))));
  std::vector<Tree::iterator> path;
  std::uint64_t parent = 0;
  while (!tokens.empty()) {
    const auto part = tokens.first(std::min<std::size_t>(kPage, tokens.size()));
    const auto found = nearest({parent, {part.begin(), part.end()}});
    if (found == remembered_.end()) break;
    const auto known = part.first(agreement(found->first.tokens, part));
    share(found->second.page);
    sequence.pages_.push_back(found->second.page);
    sequence.tokens_.insert(sequence.tokens_.end(), known.begin(), known.end());
    path.push_back(found);
    if (known.size() < kPage) break;
    parent = found->second.number;
    tokens = tokens.subspan(kPage);
  }
  touch(path);
  return sequence;
}

KvCache::Tree::iterator KvCache::plant(Place place, int page) {
  share(page);
  const auto [entry, fresh] = remembered_.emplace(std::move(place), Remembered{page, ++numbers_, {}});
  entry->second.age = ages_.insert(ages_.end(), &entry->first);
  return entry;
}

void KvCache::remember(const Sequence& sequence) {
  std::vector<Tree::iterator> path;
  std::uint64_t parent = 0;
  for (std::size_t i = 0; i < sequence.pages().size(); ++i) {
    const auto rest = sequence.tokens().subspan(i * kPage);
    const auto part = rest.first(std::min<std::size_t>(kPage, rest.size()));
    Place place{parent, {part.begin(), part.end()}};
    auto entry = nearest(place);
    const std::size_t known = entry == remembered_.end() ? 0 : agreement(entry->first.tokens, part);
    if (known < part.size()) {
      // A page that ended earlier on the same tokens is of no more use.
      if (known > 0 && known == entry->first.tokens.size()) forget(entry);
      entry = plant(std::move(place), sequence.pages()[i]);
    }
    path.push_back(entry);
    parent = entry->second.number;
  }
  touch(path);
  while (static_cast<int>(remembered_.size()) > remembered_limit_) forget(remembered_.find(*ages_.front()));
}

void KvCache::forget(Tree::iterator entry) {
  ages_.erase(entry->second.age);
  release(entry->second.page);
  remembered_.erase(entry);
}

void KvCache::forget() {
  while (!remembered_.empty()) forget(remembered_.begin());
}

}  // namespace espalier::models
