#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/tokenizer/added_tokens.hpp"

namespace espalier::models {

/// A BPE tokenizer, byte-level as Llama 3 and Qwen or of SentencePiece's kind as Llama 2 and Gemma: text <-> token ids
/// through tokenizer.json, as the tokenizers package makes them.
///
/// What its `post_processor` adds is left out: chat templates write their own start token, and ChatFormat puts it
/// before plain texts. Immutable; all members may be called from several threads.
class Tokenizer {
 public:
  /// Whether the spelling of a control token inside a text becomes that token.
  enum class Specials { plain, parse };

  /// A part of a text, and whether what it spells may become control tokens.
  struct Piece {
    std::string text;
    Specials specials;
  };

  /// Reads `folder`/tokenizer.json. Throws CheckpointError naming file and key: no BPE, a step that is not supported,
  /// two tokens with one id, an id far beyond the number of tokens.
  static Tokenizer read(const std::filesystem::path& folder);
  /// Parses the content of a tokenizer.json; `name` is the file named in errors. Throws CheckpointError.
  static Tokenizer parse(std::string json, const std::filesystem::path& name);

  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  /// Returns the ids of `text`, no start token added. Ill-formed UTF-8 is read as U+FFFD.
  std::vector<std::int32_t> encode(std::string_view text, Specials specials = Specials::plain) const;
  /// Returns the ids of pieces laid end to end; what stands between control tokens is encoded as one text. A control
  /// token is one only where all of it stands in pieces that may spell it.
  std::vector<std::int32_t> encode(std::span<const Piece> pieces) const;
  /// Returns the text of `tokens` as valid UTF-8, beginning where a text begins: the space that SentencePiece puts
  /// before a text is left out. Characters cut in half become U+FFFD, special tokens are left out unless `specials` is
  /// parse. Ids outside the vocabulary are left out.
  std::string decode(std::span<const std::int32_t> tokens, Specials specials = Specials::plain) const;
  /// The bytes `token` adds within a text: empty for special tokens and for ids outside the vocabulary.
  std::string_view bytes(std::int32_t token) const;
  /// How tokenizer.json spells `token`; empty for ids outside the vocabulary.
  std::string_view spelling(std::int32_t token) const;

  /// The id of the added token spelled `text`.
  std::optional<std::int32_t> added(std::string_view text) const;
  /// All added tokens by ascending id.
  const std::vector<AddedToken>& added() const;
  /// One more than the largest id.
  int size() const;
  /// Writes tokenizer.json, as it was read, into `folder`.
  void save(const std::filesystem::path& folder) const;

 private:
  struct Tables;
  explicit Tokenizer(std::unique_ptr<Tables> tables);
  std::unique_ptr<Tables> tables_;
};

}  // namespace espalier::models
