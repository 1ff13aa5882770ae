#pragma once

#include <functional>
#include <vector>

#include "models/files/json_file.hpp"
#include "models/tokenizer/marked_text.hpp"

namespace espalier::models {

/// The `normalizer` of tokenizer.json: what becomes of a text before anything else.
///
/// Knows ByteLevel, Lowercase, NFC, NFD, NFKC, NFKD, Prepend, Replace, Sequence, Strip and StripAccents. Immutable and
/// thread-safe.
class Normaliser {
 public:
  /// Throws CheckpointError naming the file when it asks for something else.
  Normaliser(const JsonFile& file, const JsonFile::Json& description);
  /// Normalises `text`. What is made of several bytes is marked where all of them are.
  void apply(MarkedText& text) const;

 private:
  using Step = std::function<void(MarkedText&)>;
  void append(const JsonFile& file, const JsonFile::Json& description);
  std::vector<Step> steps_;
};

}  // namespace espalier::models
