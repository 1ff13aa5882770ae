#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/regex.hpp"
#include "models/files/json_file.hpp"

namespace espalier::models {

/// A text, and the ranges of it, in order and none of them empty, inside which merges happen.
struct Pieces {
  std::string text;
  std::vector<base::Regex::Range> ranges;
  bool at_start;  ///< whether the first of them is where the whole input begins

  std::string_view piece(const base::Regex::Range& range) const {
    return std::string_view(text).substr(range.first, range.second - range.first);
  }
};

/// Cuts text into pieces, as the `pre_tokenizer` of tokenizer.json says.
///
/// Knows ByteLevel, CharDelimiterSplit, Digits, Metaspace, Punctuation, Sequence, Split, Whitespace and
/// WhitespaceSplit. Immutable and thread-safe.
class PreTokenizer {
 public:
  /// Reads the description. Throws CheckpointError naming the file when it asks for something unknown.
  PreTokenizer(const JsonFile& file, const JsonFile::Json& description);

  /// Returns the pieces of `text`, well-formed UTF-8. `at_start` says whether the whole input begins with it.
  Pieces split(std::string_view text, bool at_start = true) const;

 private:
  using Step = std::function<void(Pieces&)>;
  void append(const JsonFile& file, const JsonFile::Json& description);
  std::vector<Step> steps_;
};

}  // namespace espalier::models
