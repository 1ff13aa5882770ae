#include "models/tokenizer/byte_pairs.hpp"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <queue>
#include <utility>

#include "base/utf8.hpp"

namespace espalier::models {
namespace {

constexpr std::size_t kRememberedWords = 1 << 16;
constexpr std::size_t kRememberedLength = 64;
constexpr std::string_view kWordBegins = "\u2581";

std::uint64_t pair_of(std::int32_t left, std::int32_t right) {
  return (std::uint64_t{static_cast<std::uint32_t>(left)} << 32) | static_cast<std::uint32_t>(right);
}

// A merge that was possible when it was queued; done if that position still holds a pair of that union.
struct Candidate {
  std::int32_t rank;
  int left;
  std::int32_t product;
  bool operator<(const Candidate& other) const {  // the queue gives the largest first
    return rank != other.rank ? rank > other.rank : left > other.left;
  }
};

// Where the first word begins that does not begin the text.
std::size_t next_word(std::string_view text) {
  std::size_t at = 0;
  while (text.substr(at).starts_with(kWordBegins)) at += kWordBegins.size();
  return std::min(text.find(kWordBegins, at), text.size());
}

}  // namespace

BytePairs::BytePairs(const TokenTable& table, const Rules& rules)
    : table_(table),
      whole_first_(rules.whole_first),
      fuse_unknown_(rules.fuse_unknown),
      unknown_(rules.unknown),
      barred_(rules.barred),
      rules_(std::bit_ceil(2 * rules.merges.size() + 1)) {
  for (std::size_t rank = 0; rank < rules.merges.size(); ++rank)
    if (!barred_[static_cast<std::size_t>(rules.merges[rank].product)])
      set_rule(rules.merges[rank], static_cast<std::int32_t>(rank));
  for (std::size_t character = 0; character < symbols_.size(); ++character) {
    std::string text;
    base::append_character(text, static_cast<char32_t>(character));
    symbols_[character] = table_.find(text);
  }
  for (int byte = 0; rules.byte_fallback && byte < 256; ++byte) {
    std::array<char, 8> text;
    std::snprintf(text.data(), text.size(), "<0x%02X>", static_cast<unsigned>(byte));
    bytes_.push_back(table_.find(text.data()));
  }
  separates_words_ = separates_words(rules.merges);
}

std::size_t BytePairs::place(std::uint64_t pair) const {
  const std::size_t mask = rules_.size() - 1;
  std::size_t at = static_cast<std::size_t>((pair * 0x9E3779B97F4A7C15u) >> 32) & mask;
  while (rules_[at].rank >= 0 && rules_[at].pair != pair) at = (at + 1) & mask;
  return at;
}

// Of merges of one pair the last counts.
void BytePairs::set_rule(const Merge& merge, std::int32_t rank) {
  const std::uint64_t pair = pair_of(merge.left, merge.right);
  rules_[place(pair)] = {pair, rank, merge.product};
}

const BytePairs::Rule* BytePairs::rule(std::int32_t left, std::int32_t right) const {
  const Rule& found = rules_[place(pair_of(left, right))];
  return found.rank < 0 ? nullptr : &found;
}

bool BytePairs::separates_words(const std::vector<Merge>& merges) const {
  if (whole_first_ || table_.find(kWordBegins) < 0) return false;
  return std::ranges::all_of(merges, [&](const Merge& merge) {
    const std::string_view right = table_.spelling(merge.right);
    if (!right.starts_with(kWordBegins)) return true;
    const std::string_view left = table_.spelling(merge.left);
    return left.ends_with(kWordBegins) && next_word(left) == left.size();
  });
}

void BytePairs::encode(std::string_view piece, std::vector<std::int32_t>& out) const {
  while (separates_words_ && !piece.empty()) {
    const std::size_t length = next_word(piece);
    encode_word(piece.substr(0, length), out);
    piece.remove_prefix(length);
  }
  if (!piece.empty()) encode_word(piece, out);
}

void BytePairs::encode_word(std::string_view word, Ids& out) const {
  if (whole_first_) {
    if (const auto id = table_.find(word); id >= 0 && !barred_[static_cast<std::size_t>(id)]) return out.push_back(id);
  }
  const bool memorable = word.size() <= kRememberedLength;
  if (memorable) {
    const std::lock_guard lock(mutex_);
    if (const auto found = seen_.find(word); found != seen_.end()) {
      out.insert(out.end(), found->second.begin(), found->second.end());
      return;
    }
  }
  Ids ids = symbols(word);
  merge(ids);
  out.insert(out.end(), ids.begin(), ids.end());
  if (!memorable) return;
  const std::lock_guard lock(mutex_);
  if (seen_.size() >= kRememberedWords) seen_.clear();
  seen_.emplace(word, std::move(ids));
}

std::int32_t BytePairs::symbol(std::string_view character) const {
  if (character.size() > 2) return table_.find(character);
  std::size_t at = 0;
  return symbols_[base::next_character(character, at)];
}

// The tokens of single characters that merging begins with. An unknown token waits for the next known character, even
// behind tokens of bytes, as it does in the tokenizers package.
BytePairs::Ids BytePairs::symbols(std::string_view word) const {
  Ids ids;
  ids.reserve(word.size());
  bool waiting = false;
  for (std::size_t at = 0; at < word.size();) {
    const std::size_t begin = at;
    base::next_character(word, at);
    const std::string_view character = word.substr(begin, at - begin);
    if (const auto id = symbol(character); id >= 0 && !barred_[static_cast<std::size_t>(id)]) {
      if (std::exchange(waiting, false)) ids.push_back(unknown_);
      ids.push_back(id);
      continue;
    }
    const auto token_of = [&](char byte) { return bytes_[static_cast<unsigned char>(byte)]; };
    if (!bytes_.empty() && std::ranges::all_of(character, [&](char byte) { return token_of(byte) >= 0; })) {
      for (const char byte : character) ids.push_back(token_of(byte));
      continue;
    }
    if (unknown_ < 0) continue;
    if (waiting && !fuse_unknown_) ids.push_back(unknown_);
    waiting = true;
  }
  if (waiting) ids.push_back(unknown_);
  return ids;
}

// Merges lowest rank first, leftmost first, over a linked list of symbols: O(n log n) even for long words.
void BytePairs::merge(Ids& ids) const {
  const int length = static_cast<int>(ids.size());
  std::vector<int> previous(ids.size()), next(ids.size());
  std::vector<Candidate> offers;
  offers.reserve(ids.size());
  const auto rule_at = [&](int left) -> const Rule* {
    const int right = next[static_cast<std::size_t>(left)];
    return right < length ? rule(ids[static_cast<std::size_t>(left)], ids[static_cast<std::size_t>(right)]) : nullptr;
  };
  for (int i = 0; i < length; ++i) {
    previous[static_cast<std::size_t>(i)] = i - 1;
    next[static_cast<std::size_t>(i)] = i + 1;
  }
  for (int i = 0; i + 1 < length; ++i)
    if (const Rule* const found = rule_at(i)) offers.push_back({found->rank, i, found->product});
  std::priority_queue<Candidate> queue({}, std::move(offers));
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    const auto left = static_cast<std::size_t>(best.left);
    if (ids[left] < 0) continue;  // it has become a part of its neighbour
    const Rule* const found = rule_at(best.left);
    if (found == nullptr || found->product != best.product) continue;
    const auto right = static_cast<std::size_t>(next[left]);
    ids[left] = best.product;
    ids[right] = -1;
    next[left] = next[right];
    if (next[left] < length) previous[static_cast<std::size_t>(next[left])] = best.left;
    for (const int begin : {previous[left], best.left})
      if (const Rule* const again = begin < 0 ? nullptr : rule_at(begin))
        queue.push({again->rank, begin, again->product});
  }
  std::erase(ids, -1);
}

}  // namespace espalier::models
