#include "models/tokenizer/byte_pairs.hpp"

#include <queue>

namespace espalier::models {
namespace {

constexpr std::size_t kRememberedPieces = 1 << 16;
constexpr std::size_t kRememberedLength = 64;

std::uint64_t pair_key(std::int32_t left, std::int32_t right) {
  return (std::uint64_t{static_cast<std::uint32_t>(left)} << 32) | static_cast<std::uint32_t>(right);
}

// A merge that was possible when it was queued; `left` and `right` are positions, checked again when it comes up.
struct Candidate {
  std::int32_t rank;
  int left, right;
  std::int32_t left_id, right_id;
  bool operator<(const Candidate& other) const {  // the queue gives the largest first
    return rank != other.rank ? rank > other.rank : left > other.left;
  }
};

}  // namespace

BytePairs::BytePairs(std::unordered_map<std::string, std::int32_t> vocabulary, const std::vector<Merge>& merges,
                     bool whole_first, Unknown unknown)
    : vocabulary_(std::move(vocabulary)), byte_ids_(256, -1), whole_first_(whole_first), unknown_(unknown) {
  for (int byte = 0; byte < 256; ++byte) {
    const auto found = vocabulary_.find(std::string(1, static_cast<char>(byte)));
    if (found != vocabulary_.end()) byte_ids_[static_cast<std::size_t>(byte)] = found->second;
  }
  rules_.reserve(merges.size() * 2);
  for (std::size_t rank = 0; rank < merges.size(); ++rank)
    rules_.try_emplace(pair_key(merges[rank].left, merges[rank].right),
                       Rule{static_cast<std::int32_t>(rank), merges[rank].product});
}

const BytePairs::Rule* BytePairs::rule(std::int32_t left, std::int32_t right) const {
  const auto found = rules_.find(pair_key(left, right));
  return found == rules_.end() ? nullptr : &found->second;
}

void BytePairs::encode(const std::string& piece, std::vector<std::int32_t>& out) const {
  if (whole_first_) {
    if (const auto found = vocabulary_.find(piece); found != vocabulary_.end()) {
      out.push_back(found->second);
      return;
    }
  }
  const bool memorable = piece.size() <= kRememberedLength;
  if (memorable) {
    const std::lock_guard lock(mutex_);
    if (const auto found = seen_.find(piece); found != seen_.end()) {
      out.insert(out.end(), found->second.begin(), found->second.end());
      return;
    }
  }
  auto ids = merge(symbols(piece));
  out.insert(out.end(), ids.begin(), ids.end());
  if (!memorable) return;
  const std::lock_guard lock(mutex_);
  if (seen_.size() >= kRememberedPieces) seen_.clear();
  seen_.emplace(piece, std::move(ids));
}

// The tokens of single bytes that merging begins with.
std::vector<std::int32_t> BytePairs::symbols(std::string_view piece) const {
  std::vector<std::int32_t> ids;
  ids.reserve(piece.size());
  bool fusible = false;
  for (const char byte : piece) {
    const std::int32_t id = byte_ids_[static_cast<unsigned char>(byte)];
    if (id >= 0)
      ids.push_back(id);
    else if (unknown_.token >= 0 && !fusible)
      ids.push_back(unknown_.token);
    fusible = id < 0 && unknown_.fuse;
  }
  return ids;
}

// Merges lowest rank first, leftmost first, over a linked list of symbols: O(n log n) even for long pieces.
std::vector<std::int32_t> BytePairs::merge(std::vector<std::int32_t> ids) const {
  const int length = static_cast<int>(ids.size());
  std::vector<int> previous(ids.size()), next(ids.size());
  std::priority_queue<Candidate> queue;
  const auto offer = [&](int left, int right) {
    if (left < 0 || right >= length) return;
    const auto left_id = ids[static_cast<std::size_t>(left)], right_id = ids[static_cast<std::size_t>(right)];
    if (const Rule* const found = rule(left_id, right_id)) queue.push({found->rank, left, right, left_id, right_id});
  };
  for (int i = 0; i < length; ++i) {
    const auto at = static_cast<std::size_t>(i);
    previous[at] = i - 1;
    next[at] = i + 1;
  }
  for (int i = 0; i + 1 < length; ++i) offer(i, i + 1);
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    const auto left = static_cast<std::size_t>(best.left), right = static_cast<std::size_t>(best.right);
    if (ids[left] != best.left_id || ids[right] != best.right_id || next[left] != best.right) continue;  // overtaken
    ids[left] = rule(best.left_id, best.right_id)->product;
    ids[right] = -1;
    next[left] = next[right];
    if (next[left] < length) previous[static_cast<std::size_t>(next[left])] = best.left;
    offer(previous[left], best.left);
    offer(best.left, next[left]);
  }
  std::vector<std::int32_t> merged;
  for (int i = 0; i < length; i = next[static_cast<std::size_t>(i)]) merged.push_back(ids[static_cast<std::size_t>(i)]);
  return merged;
}

}  // namespace espalier::models
