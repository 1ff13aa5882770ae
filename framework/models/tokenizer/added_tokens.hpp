#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "models/tokenizer/marked_text.hpp"
#include "models/tokenizer/normaliser.hpp"

namespace espalier::models {

/// A token that is found in the text itself, before it is cut into pieces.
struct AddedToken {
  std::int32_t id;
  std::string text;
  std::string matched;       ///< what is looked for: its text, or that text normalised
  bool special = false;      ///< left out where tokens become text
  bool normalised = false;   ///< looked for in normalised text
  bool lstrip = false;       ///< takes the white space before it
  bool rstrip = false;       ///< takes the white space behind it
  bool single_word = false;  ///< only where no part of a word adjoins it

  /// Whether what a message says must never become it: special tokens, and what is spelled like the <|marks|> of a
  /// template, which some checkpoints do not call special.
  bool control() const;
};

/// The `added_tokens` of tokenizer.json, found as the tokenizers package finds them: from left to right, the longest
/// first. Immutable and thread-safe.
class AddedTokens {
 public:
  /// Throws CheckpointError naming the file where an entry is wrong.
  AddedTokens(const JsonFile& file, const std::vector<JsonFile::Json>& listed, const Normaliser& normaliser);
  AddedTokens(const AddedTokens&) = delete;  // its tables point into it
  AddedTokens& operator=(const AddedTokens&) = delete;

  /// All of them by ascending id.
  const std::vector<AddedToken>& all() const { return tokens_; }
  /// The token spelled `text`, or that with an id; null where there is none.
  const AddedToken* find(std::string_view text) const;
  const AddedToken* find(std::int32_t id) const;

  /// What a text is cut into: a token, or, with null, the bytes [begin, end) between tokens.
  using Visit = std::function<void(const AddedToken*, std::size_t begin, std::size_t end)>;
  /// Cuts a text that is not normalised, or one that is, at those that are looked for in it. Control tokens are only
  /// where all of their bytes are marked.
  void cut_raw(const MarkedText& text, const Visit& visit) const { raw_.cut(text, tokens_, visit); }
  void cut_normalised(const MarkedText& text, const Visit& visit) const { normalised_.cut(text, tokens_, visit); }

 private:
  /// Spellings to be found in a text.
  class Matcher {
   public:
    void add(std::string spelling, std::size_t token);
    void build();  ///< when all are added
    void cut(const MarkedText& text, const std::vector<AddedToken>& tokens, const Visit& visit) const;

   private:
    struct Entry {
      std::string spelling;
      std::size_t token;
    };
    const Entry* longest_at(std::string_view text, std::size_t at) const;
    std::vector<Entry> entries_;  // sorted by spelling
    std::array<std::pair<std::size_t, std::size_t>, 256> by_first_{};
  };

  std::vector<AddedToken> tokens_;
  std::unordered_map<std::string_view, std::size_t> by_text_;
  std::unordered_map<std::int32_t, std::size_t> by_id_;
  Matcher raw_, normalised_;
};

}  // namespace espalier::models
