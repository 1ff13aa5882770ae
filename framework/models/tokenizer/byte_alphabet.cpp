#include "models/tokenizer/byte_alphabet.hpp"

#include "base/utf8.hpp"

namespace espalier::models {
namespace {

// The alphabet's characters all lie below U+0144.
constexpr std::size_t kEnd = 0x144;

constexpr bool is_printable(char32_t byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

// Printable Latin-1 characters stand for themselves; the other bytes, in order, for U+0100 and following.
constexpr std::array<char32_t, 256> characters() {
  std::array<char32_t, 256> built{};
  char32_t next = 0x100;
  for (char32_t byte = 0; byte < 256; ++byte) built[byte] = is_printable(byte) ? byte : next++;
  return built;
}

constexpr std::array<int, kEnd> inverse() {
  std::array<int, kEnd> built{};
  for (int& byte : built) byte = -1;
  for (int byte = 0; byte < 256; ++byte) built[characters()[static_cast<std::size_t>(byte)]] = byte;
  return built;
}

}  // namespace

const std::array<std::string, 256>& byte_alphabet() {
  static const std::array<std::string, 256> alphabet = [] {
    std::array<std::string, 256> built;
    for (std::size_t byte = 0; byte < 256; ++byte) base::append_character(built[byte], characters()[byte]);
    return built;
  }();
  return alphabet;
}

void append_spelled_bytes(std::string_view spelling, std::string& bytes) {
  static constexpr std::array<int, kEnd> kBytes = inverse();
  const std::size_t before = bytes.size();
  for (std::size_t at = 0; at < spelling.size();) {
    const char32_t character = base::next_character(spelling, at);
    if (character >= kEnd || kBytes[character] < 0) {
      bytes.resize(before);
      bytes += spelling;
      return;
    }
    bytes += static_cast<char>(kBytes[character]);
  }
}

void append_spelling(std::string_view bytes, std::string& spelling) {
  const auto& alphabet = byte_alphabet();
  for (const char byte : bytes) spelling += alphabet[static_cast<unsigned char>(byte)];
}

}  // namespace espalier::models
