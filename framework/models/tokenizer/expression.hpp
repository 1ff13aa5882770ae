#pragma once

#include <string>
#include <string_view>

#include "base/regex.hpp"
#include "models/files/json_file.hpp"

namespace espalier::models {

/// Whether the character has Unicode's property White_Space, by which the tokenizers package cuts and trims.
bool is_white_space(char32_t character);

/// Whether the character is a part of a word (\w) to the tokenizers package.
bool is_word_character(char32_t character);

/// The expression that matches `text` and nothing else.
base::Regex literal_expression(std::string_view text);

/// Compiles an expression of a tokenizer.json, which the tokenizers package gives to Oniguruma, to mean the same.
/// Throws CheckpointError naming the file and `key` where it is wrong, or uses what has no equal here.
base::Regex published_expression(const JsonFile& file, std::string_view key, std::string_view pattern);

/// The `pattern` of a step: {"String": ...} or {"Regex": ...}. Throws like published_expression.
base::Regex read_pattern(const JsonFile& step, std::string_view key);

}  // namespace espalier::models
