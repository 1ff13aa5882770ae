#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace espalier::http {

/// A hash of the first 128 bytes of a prompt, of the first 256, and so on: prompts that begin alike share them.
std::vector<std::uint64_t> prefix_hashes(std::string_view prompt);

/// What a server was lately sent the beginnings of, and may still have in its cache.
class PrefixMemory {
 public:
  /// How many of a prompt's prefixes it knows, the shortest first.
  std::size_t known(std::span<const std::uint64_t> prefixes) const;
  void remember(std::span<const std::uint64_t> prefixes);

 private:
  std::unordered_set<std::uint64_t> hashes_;
  std::deque<std::uint64_t> order_;  ///< of their coming
};

}  // namespace espalier::http
