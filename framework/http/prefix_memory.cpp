#include "http/prefix_memory.hpp"

#include <algorithm>

namespace espalier::http {
namespace {

constexpr std::size_t kBlock = 128;               // bytes: some thirty tokens
constexpr std::size_t kMostBlocks = 512;          // of one prompt
constexpr std::size_t kMostRemembered = 1 << 16;  // of one server

}  // namespace

std::vector<std::uint64_t> prefix_hashes(std::string_view prompt) {
  std::vector<std::uint64_t> hashes;
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  const std::size_t blocks = std::min(prompt.size() / kBlock, kMostBlocks);
  for (std::size_t i = 0; i < blocks * kBlock; ++i) {
    hash = (hash ^ static_cast<unsigned char>(prompt[i])) * 1099511628211U;
    if ((i + 1) % kBlock == 0) hashes.push_back(hash);
  }
  return hashes;
}

std::size_t PrefixMemory::known(std::span<const std::uint64_t> prefixes) const {
  const auto unknown = std::ranges::find_if(prefixes, [&](std::uint64_t hash) { return !hashes_.contains(hash); });
  return static_cast<std::size_t>(unknown - prefixes.begin());
}

void PrefixMemory::remember(std::span<const std::uint64_t> prefixes) {
  for (const std::uint64_t hash : prefixes) {
    if (!hashes_.insert(hash).second) continue;
    order_.push_back(hash);
    if (order_.size() <= kMostRemembered) continue;
    hashes_.erase(order_.front());
    order_.pop_front();
  }
}

}  // namespace espalier::http
