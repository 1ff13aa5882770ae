#include "models/tokenizer/token_decoder.hpp"

#include <algorithm>
#include <charconv>

#include "base/utf8.hpp"
#include "models/tokenizer/byte_alphabet.hpp"
#include "models/tokenizer/expression.hpp"

namespace espalier::models {
namespace {

using Json = JsonFile::Json;

constexpr std::string_view kReplacement = "\uFFFD";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

/// The byte that "<0x0A>" stands for; -1 where it is none.
int byte_of(std::string_view spelling) {
  if (spelling.size() != 6 || !spelling.starts_with("<0x") || spelling.back() != '>') return -1;
  int byte = -1;
  const auto [end, fault] = std::from_chars(&spelling[3], &spelling[5], byte, 16);
  return fault == std::errc() && end == &spelling[5] ? byte : -1;
}

}  // namespace

TokenDecoder::TokenDecoder(const JsonFile& file, const Json& description) {
  spaced_ = description.is_null();
  append(file, description);
}

void TokenDecoder::append(const JsonFile& file, const Json& description) {
  if (description.is_null()) return;
  const JsonFile source(file.path(), description);
  const auto type = source.require<std::string>("type");
  const auto enter = [&](Phase phase) {
    if (phase < phase_ || (phase == Phase::stripped && phase_ != Phase::fused))
      file.fail("decoder", "has a step " + type +
                               " that is not in its place: the order that is supported is Replace, ByteFallback, Fuse, "
                               "Strip");
    phase_ = phase;
  };
  if (type == "Sequence") {
    for (const auto& child : source.require<std::vector<Json>>("decoders")) append(file, child);
  } else if (type == "ByteLevel") {
    enter(Phase::tokens);
    steps_.emplace_back([](std::string& token) {
      std::string bytes;
      append_spelled_bytes(token, bytes);
      token = std::move(bytes);
    });
    phase_ = Phase::fused;
  } else if (type == "Replace") {
    enter(Phase::tokens);
    const JsonFile pattern(file.path(), source.require<Json>("pattern"));
    if (!pattern.has("String")) file.fail("decoder", "has a Replace without a String, which is not supported");
    const auto from = pattern.require<std::string>("String");
    if (from.empty()) file.fail("decoder", "has a Replace of nothing");
    steps_.emplace_back(
        [from, to = source.require<std::string>("content")](std::string& token) { replace_all(token, from, to); });
  } else if (type == "Metaspace") {
    enter(Phase::tokens);
    const auto mark = source.require<std::string>("replacement");
    if (mark.empty()) file.fail("decoder", "has a Metaspace without a replacement");
    const bool prepends = source.get<std::string>("prepend_scheme", "always") != "never";
    if (prepends && source.get("add_prefix_space", true)) word_begins_ = mark;
    steps_.emplace_back([mark](std::string& token) { replace_all(token, mark, " "); });
  } else if (type == "ByteFallback") {
    enter(Phase::bytes);
    has_bytes_ = true;
  } else if (type == "Fuse") {
    enter(Phase::fused);
  } else if (type == "Strip") {
    enter(Phase::stripped);
    stripped_ = source.require<std::string>("content");
    strip_begin_ = source.require<std::size_t>("start");
    strip_end_ = source.require<std::size_t>("stop");
    if (stripped_.empty()) file.fail("decoder", "has a Strip of nothing");
  } else {
    file.fail("decoder", "is of type \"" + type +
                             "\"; known are ByteFallback, ByteLevel, Fuse, Metaspace, Replace, Sequence and Strip. "
                             "Models with another one can be used through a server");
  }
}

bool TokenDecoder::is_byte(std::string_view spelling) const { return has_bytes_ && byte_of(spelling) >= 0; }

void TokenDecoder::append_bytes(std::string_view spelling, std::string& bytes) const {
  if (is_byte(spelling)) {
    bytes += static_cast<char>(byte_of(spelling));
    return;
  }
  std::string token(spelling);
  for (const auto& step : steps_) step(token);
  bytes += token;
}

// Bytes in a row that are no text become as many U+FFFD as there are, whatever parts of them are characters.
std::string TokenDecoder::decode(const std::vector<Token>& tokens) const {
  std::string text;
  std::string bytes;
  const auto end_bytes = [&] {
    if (base::is_utf8(bytes)) {
      text += bytes;
    } else {
      for (std::size_t i = 0; i < bytes.size(); ++i) text += kReplacement;
    }
    bytes.clear();
  };
  for (const auto& token : tokens) {
    if (is_byte(token.spelling)) {
      bytes += token.bytes;
      continue;
    }
    end_bytes();
    const bool first = &token == tokens.data();
    if (spaced_ && !first) text += ' ';
    if (first && !word_begins_.empty()) {
      std::string spelling(token.spelling);
      replace_all(spelling, word_begins_, "");
      append_bytes(spelling, text);
    } else {
      text += token.bytes;
    }
  }
  end_bytes();
  return strip(base::to_utf8(std::move(text)));
}

std::string TokenDecoder::strip(std::string text) const {
  for (std::size_t i = 0; i < strip_begin_ && text.starts_with(stripped_); ++i) text.erase(0, stripped_.size());
  for (std::size_t i = 0; i < strip_end_ && text.ends_with(stripped_); ++i) text.resize(text.size() - stripped_.size());
  return text;
}

}  // namespace espalier::models
