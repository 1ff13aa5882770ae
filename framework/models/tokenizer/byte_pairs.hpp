#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace espalier::models {

/// The merges of a byte-level BPE model, applied to the raw bytes of one piece of text at a time. Thread-safe.
class BytePairs {
 public:
  /// A pair of adjacent tokens, the id of their union, and its place in the order of merging.
  struct Merge {
    std::int32_t left, right, product;
  };

  /// What becomes of a byte that the vocabulary lacks, as the tokenizers package has it.
  struct Unknown {
    std::int32_t token = -1;  ///< `unk_token`; -1: such bytes are left out, and their neighbours are adjacent
    bool fuse = false;        ///< `fuse_unk`: several of them in a row are one
  };

  /// `vocabulary` maps bytes to ids; `merges` come in rank order. With `whole_first` a piece that is itself in the
  /// vocabulary is taken as it is (`ignore_merges`).
  BytePairs(std::unordered_map<std::string, std::int32_t> vocabulary, const std::vector<Merge>& merges,
            bool whole_first, Unknown unknown);

  /// Appends the ids of `piece` to `out`.
  void encode(const std::string& piece, std::vector<std::int32_t>& out) const;

 private:
  struct Rule {
    std::int32_t rank, product;
  };
  std::vector<std::int32_t> symbols(std::string_view piece) const;
  std::vector<std::int32_t> merge(std::vector<std::int32_t> ids) const;
  const Rule* rule(std::int32_t left, std::int32_t right) const;

  std::unordered_map<std::string, std::int32_t> vocabulary_;
  std::unordered_map<std::uint64_t, Rule> rules_;
  std::vector<std::int32_t> byte_ids_;  // -1: the vocabulary lacks it
  bool whole_first_;
  Unknown unknown_;
  mutable std::mutex mutex_;  // guards seen_
  mutable std::unordered_map<std::string, std::vector<std::int32_t>> seen_;
};

}  // namespace espalier::models
