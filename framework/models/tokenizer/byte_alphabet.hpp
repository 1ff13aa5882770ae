#pragma once

#include <array>
#include <string>
#include <string_view>

namespace espalier::models {

/// The printable alphabet in which byte-level tokenizers spell bytes in their files: byte -> UTF-8 character.
const std::array<std::string, 256>& byte_alphabet();

/// Appends what `spelling`, well-formed UTF-8, stands for in that alphabet: bytes, or `spelling` itself if a character
/// is not of it.
void append_spelled_bytes(std::string_view spelling, std::string& bytes);

/// Appends `bytes` spelled in that alphabet.
void append_spelling(std::string_view bytes, std::string& spelling);

}  // namespace espalier::models
