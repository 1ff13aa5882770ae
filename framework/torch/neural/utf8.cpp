#include "neural/utf8.hpp"

#include <unordered_map>

namespace espalier::neural {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The character that starts at `at`: how many bytes belong together, whether they are a whole valid character, and
// whether only the end of the text keeps them from being one.
struct Part {
  std::size_t length;
  bool valid;
  bool cut;
};

Part part_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return {1, true, false};
  std::size_t length = 0;
  unsigned char low = 0x80, high = 0xBF;  // admissible second byte
  if (lead >= 0xC2 && lead <= 0xDF)
    length = 2;
  else if (lead >= 0xE0 && lead <= 0xEF)
    length = 3;
  else if (lead >= 0xF0 && lead <= 0xF4)
    length = 4;
  else
    return {1, false, false};
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  for (std::size_t i = 1; i < length; ++i) {
    if (at + i >= text.size()) return {i, false, true};
    if (byte(at + i) < low || byte(at + i) > high) return {i, false, false};
    low = 0x80;
    high = 0xBF;
  }
  return {length, true, false};
}

}  // namespace

std::string valid_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const Part part = part_at(bytes, at);
    text += part.valid ? bytes.substr(at, part.length) : kReplacement;
    at += part.length;
  }
  return text;
}

std::size_t complete_prefix(std::string_view bytes) {
  const std::size_t start = bytes.size() > 3 ? bytes.size() - 3 : 0;
  for (std::size_t at = start; at < bytes.size(); ++at) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    if (byte >= 0xC2 && byte <= 0xF4 && part_at(bytes, at).cut) return at;
  }
  return bytes.size();
}

void append_utf8(std::string& text, char32_t code) {
  const auto put = [&](char32_t value) { text += static_cast<char>(value); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

const std::array<std::string, 256>& byte_alphabet() {
  // Printable Latin-1 characters stand for themselves; the other bytes, in order, for U+0100 and following.
  static const std::array<std::string, 256> alphabet = [] {
    std::array<std::string, 256> built;
    char32_t next = 0x100;
    for (char32_t byte = 0; byte < 256; ++byte) {
      const bool printable = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
      append_utf8(built[byte], printable ? byte : next++);
    }
    return built;
  }();
  return alphabet;
}

bool spelled_bytes(std::string_view spelling, std::string& bytes) {
  static const std::unordered_map<std::string_view, unsigned char> inverse = [] {
    std::unordered_map<std::string_view, unsigned char> built;
    for (int byte = 0; byte < 256; ++byte) built.emplace(byte_alphabet()[byte], static_cast<unsigned char>(byte));
    return built;
  }();
  bytes.clear();
  for (std::size_t at = 0; at < spelling.size();) {
    const std::size_t length = part_at(spelling, at).length;
    const auto found = inverse.find(spelling.substr(at, length));
    if (found == inverse.end()) return false;
    bytes += static_cast<char>(found->second);
    at += length;
  }
  return true;
}

std::string spell_bytes(std::string_view bytes) {
  std::string spelling;
  for (const char byte : bytes) spelling += byte_alphabet()[static_cast<unsigned char>(byte)];
  return spelling;
}

}  // namespace espalier::neural
