#include "neural/kv_cache.hpp"

#include <algorithm>
#include <utility>

#include "neural/row_kernels.hpp"

namespace espalier::neural {
namespace {

std::uint64_t chain_hash(std::uint64_t before, std::span<const std::int32_t> tokens) {
  std::uint64_t hash = before ^ 0x9E3779B97F4A7C15ull;
  for (const auto token : tokens) {
    hash ^= static_cast<std::uint32_t>(token);
    hash *= 0xBF58476D1CE4E5B9ull;
    hash ^= hash >> 29;
  }
  return hash;
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

KvCache::KvCache(const ModelConfig& config, at::Device device, at::ScalarType dtype, std::int64_t remembered_bytes)
    : config_(config), options_(at::TensorOptions().device(device).dtype(dtype)) {
  const std::int64_t page =
      std::int64_t{2} * config.layers * config.kv_width() * kPage * static_cast<std::int64_t>(c10::elementSize(dtype));
  remembered_limit_ = static_cast<int>(std::max<std::int64_t>(1, remembered_bytes / page));
  grow();
}

void KvCache::grow() {
  // Zeroed, since the attention kernel multiplies whole pages before it masks the unused end.
  const int wanted = std::max(64, capacity_ * 2);
  const auto widen = [&](at::Tensor& tensor, at::IntArrayRef shape) {
    at::Tensor wider = at::zeros(shape, options_);
    if (tensor.defined()) wider.narrow(0, 0, capacity_).copy_(tensor);
    tensor = std::move(wider);
  };
  keys_.resize(static_cast<std::size_t>(config_.layers));
  values_.resize(static_cast<std::size_t>(config_.layers));
  for (auto& tensor : keys_) widen(tensor, {wanted, config_.kv_heads, config_.head_width, kPage});
  for (auto& tensor : values_) widen(tensor, {wanted, config_.kv_heads, kPage, config_.head_width});
  users_.resize(static_cast<std::size_t>(wanted), 0);
  for (int page = wanted - 1; page >= capacity_; --page) free_.push_back(page);
  capacity_ = wanted;
}

int KvCache::take() {
  if (free_.empty()) grow();
  const int page = free_.back();
  free_.pop_back();
  users_[static_cast<std::size_t>(page)] = 1;
  return page;
}

void KvCache::release(int page) {
  if (--users_[static_cast<std::size_t>(page)] == 0) free_.push_back(page);
}

int KvCache::own_copy(int page) {
  if (users_[static_cast<std::size_t>(page)] == 1) return page;
  const int copy = take();
  for (auto* tensors : {&keys_, &values_})
    for (auto& tensor : *tensors) tensor.select(0, copy).copy_(tensor.select(0, page));
  release(page);
  return copy;
}

Sequence KvCache::recall(std::span<const std::int32_t> tokens, int limit) {
  Sequence sequence(*this);
  const auto whole = static_cast<std::size_t>(std::min<int>(limit, static_cast<int>(tokens.size())) / kPage);
  std::uint64_t hash = 0;
  int previous = -1;
  for (std::size_t i = 0; i < whole; ++i) {
    const auto part = tokens.subspan(i * kPage, kPage);
    hash = chain_hash(hash, part);
    const auto found = remembered_.find(hash);
    if (found == remembered_.end() || found->second.previous != previous ||
        !std::ranges::equal(found->second.tokens, part))
      break;
    ages_.splice(ages_.end(), ages_, found->second.age);
    previous = found->second.page;
    share(previous);
    sequence.pages_.push_back(previous);
    sequence.tokens_.insert(sequence.tokens_.end(), part.begin(), part.end());
  }
  return sequence;
}

void KvCache::remember(const Sequence& sequence) {
  const auto whole = static_cast<std::size_t>(sequence.length() / kPage);
  std::uint64_t hash = 0;
  int previous = -1;
  for (std::size_t i = 0; i < whole; ++i) {
    const auto part = sequence.tokens().subspan(i * kPage, kPage);
    hash = chain_hash(hash, part);
    if (const auto found = remembered_.find(hash); found != remembered_.end()) {
      // Already known: go on along the known pages, so that chains of predecessors stay whole.
      if (found->second.previous != previous || !std::ranges::equal(found->second.tokens, part)) return;
      previous = found->second.page;
      continue;
    }
    const int page = sequence.pages()[i];
    share(page);
    remembered_.emplace(hash, Remembered{page, previous, {part.begin(), part.end()}, ages_.insert(ages_.end(), hash)});
    previous = page;
  }
  while (static_cast<int>(remembered_.size()) > remembered_limit_) evict();
}

void KvCache::evict() {
  const auto found = remembered_.find(ages_.front());
  ages_.pop_front();
  release(found->second.page);
  remembered_.erase(found);
}

void KvCache::forget() {
  while (!ages_.empty()) evict();
}

}  // namespace espalier::neural
