#include "models/tokenizer/utf8.hpp"

#include <unordered_map>

#include "base/utf8.hpp"

namespace espalier::models {

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
    const std::size_t length = base::utf8_part(spelling, at).length;
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

}  // namespace espalier::models
