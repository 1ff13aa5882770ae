#include "models/gguf/pre_tokenizers.hpp"

#include <algorithm>

namespace espalier::models {
namespace {

// The parts that the expressions are made of. GPT-2's knows contractions in lower case only.
const std::string kGpt2 = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
const std::string kContractions = R"('[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
const std::string kWord = R"([^\r\n\p{L}\p{N}]?\p{L}+)";
const std::string kSigns = R"( ?[^\s\p{L}\p{N}]+[\r\n]*)";
const std::string kSpaces = R"(\s*[\r\n]+|\s+(?!\S)|\s+)";

/// The expression of the GPT-4 kind, with numbers cut as `digits` says.
std::string gpt4(const std::string& digits) {
  return "(?:" + kContractions + ")|" + kWord + "|" + digits + "|" + kSigns + "|" + kSpaces;
}

/// Words end where a small letter is followed by a capital; letters beyond ASCII are both. `ending` may stand behind a
/// word.
std::string gpt4o(const std::string& digits, const std::string& ending) {
  const std::string capital = R"((?:(?![a-z])\p{L}))", small = R"((?:(?![A-Z])\p{L}))",
                    before = R"([^\r\n\p{L}\p{N}]?)";
  return before + capital + "*" + small + "+" + ending + "|" + before + capital + "+" + small + "*" + ending + "|" +
         digits + R"(| ?[^\s\p{L}\p{N}]+[\r\n/]*|)" + kSpaces;
}

}  // namespace

const std::vector<GgufPreTokenizer>& gguf_pre_tokenizers() {
  static const std::vector<GgufPreTokenizer> all = {
      {.names = {"default", ""}, .expressions = {R"([\p{P}\$\+<=>\^~\|]+)", kGpt2, R"(\p{N}+)", "[0-9][0-9][0-9]"}},
      {.names = {"llama-bpe", "llama3", "llama-v3", "falcon3", "pixtral"},
       .expressions = {gpt4(R"(\p{N}{1,3})")},
       .whole_first = true,
       .starts = true},
      {.names = {"dbrx", "smaug-bpe"}, .expressions = {gpt4(R"(\p{N}{1,3})")}},
      {.names = {"qwen2", "deepseek-r1-qwen", "megrez"}, .expressions = {gpt4(R"(\p{N})")}},
      {.names = {"gpt-2", "phi-2", "olmo"}, .expressions = {kGpt2}},
      {.names = {"smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"},
       .expressions = {R"(\p{N})", kGpt2}},
      {.names = {"tekken"}, .expressions = {gpt4o(R"(\p{N})", "")}, .whole_first = true, .starts = true},
      {.names = {"gpt-4o", "llama4"}, .expressions = {gpt4o(R"(\p{N}{1,3})", "(?:" + kContractions + ")?")}},
      {.names = {"deepseek-coder"},
       .expressions = {R"([\r\n])", R"(\s?\p{L}+)", R"(\s?\p{P}+)", R"((?:(?!\s)[一-龥ࠀ-一가-퟿])+)",
                       R"(\p{N})"}}};
  return all;
}

const GgufPreTokenizer* find_gguf_pre_tokenizer(std::string_view name) {
  const auto& all = gguf_pre_tokenizers();
  const auto found = std::ranges::find_if(
      all, [&](const GgufPreTokenizer& one) { return std::ranges::find(one.names, name) != one.names.end(); });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace espalier::models
