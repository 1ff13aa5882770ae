#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "models/files/json_file.hpp"

namespace espalier::models {

/// The `decoder` of tokenizer.json: how the spellings of tokens become a text.
///
/// Knows ByteFallback, ByteLevel, Fuse, Metaspace, Replace, Sequence and Strip, in the orders that are published: what
/// changes single tokens, ByteFallback, Fuse, Strip. Immutable and thread-safe.
class TokenDecoder {
 public:
  /// Throws CheckpointError naming the file when it asks for something else.
  TokenDecoder(const JsonFile& file, const JsonFile::Json& description);

  /// Appends the bytes that a token adds to a text, wherever it stands in it.
  void append_bytes(std::string_view spelling, std::string& bytes) const;
  /// Whether the token is <0x00> to <0xFF>, and stands for that byte.
  bool is_byte(std::string_view spelling) const;

  struct Token {
    std::string_view spelling;
    std::string_view bytes;  ///< as append_bytes gives them
  };
  /// Returns the text of tokens that follow one another. It is well-formed UTF-8.
  std::string decode(const std::vector<Token>& tokens) const;

 private:
  using Step = std::function<void(std::string&)>;
  void append(const JsonFile& file, const JsonFile::Json& description);
  std::string strip(std::string text) const;

  enum class Phase { tokens, bytes, fused, stripped };
  Phase phase_ = Phase::tokens;  // the last one that was asked for
  std::vector<Step> steps_;      // what becomes of a token's spelling
  bool has_bytes_ = false;       // tokens <0x00> to <0xFF> stand for bytes
  bool spaced_ = false;          // there is no decoder: a space between tokens
  std::string word_begins_;      // left out of the first token; "": nothing is
  std::string stripped_;         // a character
  std::size_t strip_begin_ = 0, strip_end_ = 0;
};

}  // namespace espalier::models
