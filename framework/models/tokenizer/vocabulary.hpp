#pragma once

#include <span>
#include <string>
#include <vector>

#include "models/tokenizer/tokenizer.hpp"

namespace espalier::models {

/// How a vocabulary is learned from texts.
struct VocabularySpec {
  enum class Method {
    words,  ///< whole words and whole numbers below 100, with their leading space, most frequent first; the rest in
            ///< bytes
    pairs   ///< byte-pair merges, most frequent pair first
  };
  Method method = Method::words;
  int size = 2048;                    ///< largest vocabulary, special tokens and the 256 bytes included
  int least_count = 2;                ///< rarer words (or pairs) get no token of their own
  std::vector<std::string> specials;  ///< control tokens; they get the first ids, in this order
};

/// Learns a byte-level tokenizer. Depends on `texts` and `spec` alone: ties go to the smaller byte string (words) or to
/// the smaller pair of ids (pairs). Throws std::invalid_argument if `spec.size` has no room for bytes and special
/// tokens.
Tokenizer learn_vocabulary(std::span<const std::string> texts, const VocabularySpec& spec);

}  // namespace espalier::models
