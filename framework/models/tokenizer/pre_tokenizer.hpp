#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/files/json_file.hpp"

namespace espalier::models {

/// Cuts text into the pieces inside which byte-pair merges happen, as the `pre_tokenizer` of tokenizer.json says.
///
/// Knows ByteLevel, Split with a regular expression or a string, Digits and Sequence. Immutable and thread-safe.
class PreTokenizer {
 public:
  /// Reads the description. Throws CheckpointError naming the file when it asks for something unknown.
  PreTokenizer(const JsonFile& file, const JsonFile::Json& description);
  ~PreTokenizer();
  PreTokenizer(PreTokenizer&&) noexcept;
  PreTokenizer& operator=(PreTokenizer&&) noexcept;

  /// Returns the pieces of `text`, which must be valid UTF-8; in order and (but for a prefix space) covering all of it.
  std::vector<std::string> split(std::string_view text) const;

 private:
  class Step;
  void append(const JsonFile& file, const JsonFile::Json& description);
  std::vector<std::unique_ptr<Step>> steps_;
};

}  // namespace espalier::models
