#include "base/utf8.hpp"

#include <cstddef>

namespace espalier::base {
namespace {

struct Span {
  std::size_t length;  ///< bytes of a well-formed character, or of the ill-formed part to be replaced
  bool well_formed;
};

/// Looks at the character that begins at `at`. What may follow a lead byte depends on it (Unicode, table 3-7).
Span character(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(at);
  if (lead < 0x80) return {1, true};
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  unsigned low = 0x80;
  unsigned high = 0xBF;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  for (std::size_t i = 1; i < length; ++i) {
    if (at + i >= text.size() || byte(at + i) < low || byte(at + i) > high) return {i, false};
    low = 0x80;
    high = 0xBF;
  }
  return {length, true};
}

}  // namespace

bool is_utf8(std::string_view text) { return find_ill_formed(text) == std::string_view::npos; }

std::size_t find_ill_formed(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Span span = character(text, at);
    if (!span.well_formed) return at;
    at += span.length;
  }
  return std::string_view::npos;
}

std::string to_utf8(std::string text) {
  if (is_utf8(text)) return text;
  std::string mended;
  for (std::size_t at = 0; at < text.size();) {
    const Span span = character(text, at);
    mended += span.well_formed ? std::string_view(text).substr(at, span.length) : "\xEF\xBF\xBD";
    at += span.length;
  }
  return mended;
}

}  // namespace espalier::base
