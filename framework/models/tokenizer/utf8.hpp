#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace espalier::models {

/// Appends `code_point` to `text` as UTF-8.
void append_utf8(std::string& text, char32_t code_point);

/// The printable alphabet in which byte-level tokenizers spell bytes in their files: byte -> UTF-8 character.
const std::array<std::string, 256>& byte_alphabet();

/// Returns the bytes that `spelling` stands for in that alphabet, or false if a character is not of it.
bool spelled_bytes(std::string_view spelling, std::string& bytes);

/// Returns `bytes` spelled in that alphabet.
std::string spell_bytes(std::string_view bytes);

}  // namespace espalier::models
