#pragma once

#include <string>
#include <string_view>

#include "models/files/json_file.hpp"

namespace espalier::models {

/// The `normalizer` of tokenizer.json: none, or Unicode's canonical composition (NFC). Immutable and thread-safe.
class Normaliser {
 public:
  /// Throws CheckpointError naming the file when it asks for something else.
  Normaliser(const JsonFile& file, const JsonFile::Json& description);
  /// Returns `text`, which must be valid UTF-8, normalised.
  std::string apply(std::string_view text) const;

 private:
  bool compose_ = false;
};

/// Returns `text` in Unicode normalisation form C.
std::string canonical_composition(std::string_view text);

}  // namespace espalier::models
