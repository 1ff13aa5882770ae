#pragma once

namespace espalier::answers {

// Classes of bytes as ASCII has them, whatever the locale: the library's functions ask it about every byte, which takes
// most of the time on long texts.
constexpr bool digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool capital(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool letter(char c) { return capital(c) || (c >= 'a' && c <= 'z'); }
constexpr bool blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr char lower(char c) { return capital(c) ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace espalier::answers
