#include "base/utf8.hpp"

#include <cstddef>

namespace espalier::base {
// What may follow a lead byte depends on it (Unicode, table 3-7).
Utf8Part utf8_part(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(at);
  if (lead < 0x80) return {1, true, false};
  if (lead < 0xC2 || lead > 0xF4) return {1, false, false};
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  unsigned low = 0x80;
  unsigned high = 0xBF;
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

bool is_utf8(std::string_view text) { return find_ill_formed(text) == std::string_view::npos; }

std::size_t find_ill_formed(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Part part = utf8_part(text, at);
    if (!part.well_formed) return at;
    at += part.length;
  }
  return std::string_view::npos;
}

std::string to_utf8(std::string text) {
  if (is_utf8(text)) return text;
  std::string mended;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Part part = utf8_part(text, at);
    mended += part.well_formed ? std::string_view(text).substr(at, part.length) : "\xEF\xBF\xBD";
    at += part.length;
  }
  return mended;
}

}  // namespace espalier::base
