#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "models/tokenizer/token_table.hpp"

namespace espalier::models {

/// The merges of a BPE model, applied to one piece of text at a time: from the tokens of its characters, the pair that
/// was learned first is merged first. Thread-safe.
class BytePairs {
 public:
  /// A pair of adjacent tokens, and the id of their union.
  struct Merge {
    std::int32_t left, right, product;
  };

  struct Rules {
    std::vector<Merge> merges;  ///< in the order of merging
    /// A piece that is itself in the vocabulary is taken as it is (`ignore_merges`).
    bool whole_first = false;
    /// A character that the vocabulary lacks becomes the tokens <0x00> to <0xFF> of its bytes, where it has them all.
    bool byte_fallback = false;
    /// `unk_token`, for characters that are lacking altogether; -1: they are left out, and their neighbours adjoin.
    std::int32_t unknown = -1;
    bool fuse_unknown = false;  ///< several of them in a row are one
    std::vector<bool> barred;   ///< by id: tokens that no text becomes
  };

  /// `table` must outlive it.
  BytePairs(const TokenTable& table, const Rules& rules);

  /// Appends the ids of `piece`, well-formed UTF-8, to `out`.
  void encode(std::string_view piece, std::vector<std::int32_t>& out) const;

 private:
  struct Rule {
    std::uint64_t pair;
    std::int32_t rank = -1, product = -1;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Ids = std::vector<std::int32_t>;

  void set_rule(const Merge& merge, std::int32_t rank);
  const Rule* rule(std::int32_t left, std::int32_t right) const;
  std::size_t place(std::uint64_t pair) const;
  bool separates_words(const std::vector<Merge>& merges) const;
  void encode_word(std::string_view word, Ids& out) const;
  std::int32_t symbol(std::string_view character) const;
  Ids symbols(std::string_view word) const;
  void merge(Ids& ids) const;

  const TokenTable& table_;
  bool whole_first_, fuse_unknown_;
  std::int32_t unknown_;
  std::vector<bool> barred_;
  std::vector<Rule> rules_;                  // open addressing; a power of two
  std::vector<std::int32_t> bytes_;          // <0x00> to <0xFF>, or none; -1: lacking
  std::array<std::int32_t, 0x800> symbols_;  // of the characters of one or two bytes; -1: lacking
  bool separates_words_;                     // no merge reaches over the beginning of a word, as SentencePiece marks it
  mutable std::mutex mutex_;                 // guards seen_
  mutable std::unordered_map<std::string, Ids, Hash, std::equal_to<>> seen_;
};

}  // namespace espalier::models
