#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace espalier::models {

/// How llama.cpp cuts a text before merges, by the name that files call it (`tokenizer.ggml.pre`).
struct GgufPreTokenizer {
  std::vector<std::string> names;
  std::vector<std::string> expressions;  ///< each cuts what the one before it left, matches and gaps alike
  bool whole_first = false;              ///< a piece that is a token is taken as it is
  bool starts = false;                   ///< a text begins with the start token, unless the file says otherwise
};

/// All that are known.
const std::vector<GgufPreTokenizer>& gguf_pre_tokenizers();

/// The one of that name; null where it is not known.
const GgufPreTokenizer* find_gguf_pre_tokenizer(std::string_view name);

}  // namespace espalier::models
